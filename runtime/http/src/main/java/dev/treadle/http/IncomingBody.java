package dev.treadle.http;

import dev.treadle.Handle;
import dev.treadle.Loop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Sees the body of an HTTP/1.1 request before Reactor Netty does, which hides two things: that a
 * body was cut off because it is malformed, which it gives as a regular end, and for how long a
 * client goes on with a body nobody wants.
 */
final class IncomingBody extends ChannelInboundHandlerAdapter {
  private static final String NAME = "treadle.body";

  /** How long the rest of a refused body may take, so that the client sees the answer. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private @Nullable Throwable malformed;
  private @Nullable Handle lingering;

  private IncomingBody() {}

  /** That of the channel's present request; null if it is not HTTP/1.1. */
  static @Nullable IncomingBody watch(Channel channel) {
    if (channel.pipeline().get(NAME) instanceof IncomingBody present) {
      return present;
    }
    if (channel.pipeline().get(NettyPipeline.HttpTrafficHandler) == null
        || channel.pipeline().get(NettyPipeline.HttpCodec) == null) {
      return null;
    }
    IncomingBody body = new IncomingBody();
    channel.pipeline().addBefore(NettyPipeline.HttpTrafficHandler, NAME, body);
    return body;
  }

  /** Why it was cut off, or null. */
  @Nullable Throwable malformed() {
    return malformed;
  }

  /** Closes the connection if the rest takes too long. */
  static void limitRest(Channel channel) {
    IncomingBody body = watch(channel);
    if (body != null && body.lingering == null) {
      body.lingering = Loop.current().callLater(LINGER, channel::close);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      malformed = content.decoderResult().cause();
    }
    // A next request says, too, that the rest has come: it may have before it was limited.
    if (message instanceof LastHttpContent || message instanceof HttpRequest) {
      stopLingering();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopLingering();
    context.fireChannelInactive();
  }

  private void stopLingering() {
    Handle timer = lingering;
    if (timer != null) {
      lingering = null;
      timer.cancel();
    }
  }
}
