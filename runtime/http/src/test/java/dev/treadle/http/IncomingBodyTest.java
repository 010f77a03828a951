package dev.treadle.http;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

class IncomingBodyTest {
  @TreadleTest(clock = TestClock.VIRTUAL)
  void shouldCloseWhenTheRestOfARefusedBodyTakesTooLong() {
    EmbeddedChannel channel = connection();
    IncomingBody.limitRest(channel);
    sleep(Duration.ofMillis(4_999));
    assertThat(channel.isOpen()).isTrue();
    sleep(Duration.ofMillis(2));
    assertThat(channel.isOpen()).isFalse();
  }

  @TreadleTest(clock = TestClock.VIRTUAL)
  void shouldKeepTheConnectionWhenTheRestHasCome() {
    EmbeddedChannel channel = connection();
    IncomingBody.limitRest(channel);
    channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
    sleep(Duration.ofSeconds(10));
    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @TreadleTest(clock = TestClock.VIRTUAL)
  void shouldLeaveTheNextRequestItsTime() {
    EmbeddedChannel channel = connection();
    IncomingBody.limitRest(channel);
    channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
    sleep(Duration.ofSeconds(10));
    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @Test
  void shouldWatchAConnectionOnce() {
    EmbeddedChannel channel = connection();
    assertThat(IncomingBody.watch(channel)).isNotNull().isSameAs(IncomingBody.watch(channel));
    channel.close();
  }

  @Test
  void shouldNotWatchAnotherProtocol() {
    EmbeddedChannel channel = new EmbeddedChannel();
    assertThat(IncomingBody.watch(channel)).isNull();
    channel.close();
  }

  private static EmbeddedChannel connection() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addLast(NettyPipeline.HttpCodec, new ChannelInboundHandlerAdapter())
        .addLast(NettyPipeline.HttpTrafficHandler, new ChannelInboundHandlerAdapter());
    return channel;
  }
}
