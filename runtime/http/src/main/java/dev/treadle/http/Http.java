package dev.treadle.http;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * The door to HTTP on the loop. Servers and clients are Reactor Netty's own, with its own builders;
 * here is what makes their handlers plain sequential code.
 *
 * <pre>{@code
 * var config = HttpServer.create().port(8080).route(routes ->
 *     routes.get("/hello/{name}", handler((request, response) ->
 *         response.send("Hello, " + request.param("name")))));
 * try (var server = Http.bind(config)) {
 *   server.join();
 * }
 * }</pre>
 */
public final class Http {
  private Http() {}

  /**
   * A handler for Reactor Netty's routes and for {@link HttpServer#handle}. Each request is a task:
   * of its server's group where {@link #bind} made the server, of the loop's own otherwise. It
   * begins to run before the rest of the request is read, and is cancelled when the client goes
   * away before it has its answer. Any thread; the server must run on a loop.
   */
  public static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler(
      HttpHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return (request, response) -> new Exchange(handler, null, request, response);
  }

  /**
   * The same with a deadline for each request: when it has passed the handler is cancelled, and the
   * client gets 503.
   */
  public static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler(
      Duration deadline, HttpHandler handler) {
    Objects.requireNonNull(deadline, "deadline");
    Objects.requireNonNull(handler, "handler");
    return (request, response) -> new Exchange(handler, deadline, request, response);
  }

  /**
   * Listens as configured, on the current task's loop, whatever {@code runOn} says.
   *
   * @throws java.io.UncheckedIOException if it cannot, because the port is taken
   * @throws IllegalStateException outside a task
   */
  public static WebServer bind(HttpServer config) {
    return WebServer.bind(config);
  }
}
