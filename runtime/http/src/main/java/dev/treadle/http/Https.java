package dev.treadle.http;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.reactor.Reactive;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientConfig;

/**
 * What the JVM's first https request needs: the certificates that the JDK trusts, which are read
 * from a file, and some hundred classes. On the loop that would stall it; here a thread of the pool
 * does it.
 */
final class Https {
  private static volatile boolean loaded;

  private Https() {}

  /** Sees to it that they are there for that request; suspends the first time. */
  static void prepare(HttpClient.ResponseReceiver<?> request) {
    if (!loaded && isHttps(request)) {
      Treadle.onThread(Https::load);
    }
  }

  /** The same before the answer is subscribed to. */
  static <T> Mono<T> prepared(HttpClient.ResponseReceiver<?> request, Mono<T> answer) {
    if (loaded || !isHttps(request)) {
      return answer;
    }
    return Reactive.<Object>mono(
            Loop.current(),
            () -> {
              Treadle.onThread(Https::load);
              return null;
            })
        .then(answer);
  }

  /** Whether its address says so. One that is made later, by a publisher, is not known here. */
  static boolean isHttps(HttpClient.ResponseReceiver<?> request) {
    if (!(request instanceof HttpClient client)) {
      return false;
    }
    HttpClientConfig config = client.configuration();
    String uri = config.uri();
    return isHttps(uri) || uri != null && uri.startsWith("/") && isHttps(config.baseUrl());
  }

  private static boolean isHttps(@Nullable String uri) {
    return uri != null && uri.regionMatches(true, 0, "https:", 0, 6);
  }

  private static void load() {
    // Makes Reactor Netty's own settings for TLS, which read the certificates.
    HttpClient.newConnection().secure();
    try {
      SSLEngine engine =
          SslContextBuilder.forClient().build().newEngine(UnpooledByteBufAllocator.DEFAULT);
      engine.setUseClientMode(true);
      engine.wrap(
          ByteBuffer.allocate(0), ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
    } catch (SSLException unusable) {
      // Then the request itself says so.
    }
    loaded = true;
  }
}
