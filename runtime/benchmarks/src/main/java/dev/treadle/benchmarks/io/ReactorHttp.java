package dev.treadle.benchmarks.io;

import java.time.Duration;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Reactor Netty with a handler of its own kind, on one event loop thread. */
final class ReactorHttp implements AutoCloseable {
  static final String HELLO = "hello";
  static final Duration SLEEP = Duration.ofMillis(1);

  private final ReactorLoop loop;
  private final DisposableServer server;

  private ReactorHttp(
      ReactorLoop loop,
      BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler) {
    this.loop = loop;
    server = HttpServer.create().runOn(loop).host("127.0.0.1").port(0).handle(handler).bindNow();
  }

  static ReactorHttp hello(NettyTransport transport) {
    return answering(new ReactorLoop(transport), Mono.just(HELLO));
  }

  /** Every request waits a millisecond, on the timers that Reactor takes by itself. */
  static ReactorHttp sleeping(NettyTransport transport) {
    return answering(new ReactorLoop(transport), Mono.just(HELLO).delayElement(SLEEP));
  }

  /** The same on the timers of the event loop, so that no thread hands over to another. */
  static ReactorHttp sleepingOnLoop(NettyTransport transport) {
    ReactorLoop loop = new ReactorLoop(transport);
    Scheduler timers = Schedulers.fromExecutorService(loop.loop());
    return answering(loop, Mono.just(HELLO).delayElement(SLEEP, timers));
  }

  private static ReactorHttp answering(ReactorLoop loop, Mono<String> body) {
    return new ReactorHttp(loop, (request, response) -> plain(response).sendString(body));
  }

  private static HttpServerResponse plain(HttpServerResponse response) {
    return response.header("Content-Type", "text/plain");
  }

  static String version() {
    String version = HttpServer.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
    loop.close();
  }
}
