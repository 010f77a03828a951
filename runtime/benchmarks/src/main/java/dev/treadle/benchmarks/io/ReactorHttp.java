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
import reactor.netty.resources.LoopResources;

/** Reactor Netty with a handler of its own kind, on one event loop thread. */
final class ReactorHttp implements AutoCloseable {
  static final String HELLO = "hello";
  static final Duration SLEEP = Duration.ofMillis(1);

  private final LoopResources loops;
  private final DisposableServer server;

  private ReactorHttp(BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler) {
    this(LoopResources.create("reactor-http", 1, true), handler);
  }

  private ReactorHttp(
      LoopResources loops,
      BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler) {
    this.loops = loops;
    server = HttpServer.create().runOn(loops).host("127.0.0.1").port(0).handle(handler).bindNow();
  }

  static ReactorHttp hello() {
    Mono<String> hello = Mono.just(HELLO);
    return new ReactorHttp((request, response) -> plain(response).sendString(hello));
  }

  /** Every request waits a millisecond, on the timers that Reactor takes by itself. */
  static ReactorHttp sleeping() {
    Mono<String> hello = Mono.just(HELLO).delayElement(SLEEP);
    return new ReactorHttp((request, response) -> plain(response).sendString(hello));
  }

  /** The same on the timers of the event loop, so that no thread hands over to another. */
  static ReactorHttp sleepingOnLoop() {
    LoopResources loops = LoopResources.create("reactor-http", 1, true);
    // The one thread there is.
    Scheduler timers = Schedulers.fromExecutorService(loops.onServer(true).next());
    Mono<String> hello = Mono.just(HELLO).delayElement(SLEEP, timers);
    return new ReactorHttp(loops, (request, response) -> plain(response).sendString(hello));
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
    loops.disposeLater().block();
  }
}
