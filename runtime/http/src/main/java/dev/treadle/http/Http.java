package dev.treadle.http;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;
import reactor.netty.resources.ConnectionProvider;

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
  private static final int WEB_SOCKET_LIMIT = 64 << 10;
  private static final int REPLY_LIMIT = 16 << 20;

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
   * Reactor Netty's routes for {@link HttpServer#handle}, in place of {@link HttpServer#route},
   * with what it leaves out: a HEAD goes to the route for GET where it has none of its own, and
   * gets the headers alone; a path that has routes for other methods only is answered with 405 and
   * with {@code Allow}, and not with 404. Any thread.
   *
   * <pre>{@code
   * HttpServer.create().handle(routes(routes -> routes.get("/hello", handler(...))))
   * }</pre>
   */
  public static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> routes(
      Consumer<? super HttpServerRoutes> routes) {
    Routes all = new Routes();
    routes.accept(all);
    return all;
  }

  /**
   * A handler for Reactor Netty's {@code routes.ws} and, on a client, for the {@code handle} of
   * {@code client.websocket()}. Each WebSocket is a task, as each request is; messages are 64 KiB
   * at most.
   *
   * <p>When the other side has gone away, what waits for a message gets none, and what sends one
   * gets an {@link java.io.UncheckedIOException}; a handler that does neither, and did not see a
   * closing handshake, is cancelled. Any thread.
   */
  public static BiFunction<WebsocketInbound, WebsocketOutbound, Publisher<Void>> webSocket(
      WebSocketHandler handler) {
    return webSocket(WEB_SOCKET_LIMIT, handler);
  }

  /**
   * The same with a limit for the bytes of one message; a longer one closes with status 1009. That
   * of one frame is Reactor Netty's {@code maxFramePayloadLength}.
   */
  public static BiFunction<WebsocketInbound, WebsocketOutbound, Publisher<Void>> webSocket(
      int limit, WebSocketHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return (inbound, outbound) -> new Conversation(handler, limit, inbound, outbound);
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

  /**
   * Reactor Netty's client on the current loop. Its connections are of a pool that is the loop's,
   * and closed with it; for another give {@link HttpClient#create(ConnectionProvider)} one and
   * {@code runOn(TreadleResources.of(loop))}. What it makes can be awaited:
   *
   * <pre>{@code
   * String page = await(client().get().uri(uri).responseContent().aggregate().asString());
   * }</pre>
   *
   * <p>Cancelling the task that awaits closes the connection.
   *
   * @throws IllegalStateException off a loop's thread
   */
  public static HttpClient client() {
    return Pools.client(Loop.current());
  }

  /**
   * Gets a page; await it. Its body is 16 MiB at most. To follow redirects, send headers, post a
   * form, or read less or more, use {@link #client()} with {@link #read} or {@link #open}.
   *
   * <p>Fails with an {@link java.io.UncheckedIOException} if there is no complete answer; whatever
   * the status, an answer is one. The JVM's first https request reads the certificates the JDK
   * trusts, on a thread of the pool; {@link #read} and {@link #open} do so, too, and what {@link
   * #client()} offers besides does it on the loop.
   *
   * @throws IllegalStateException off a loop's thread
   */
  public static Mono<Reply> get(URI uri) {
    return read(client().get().uri(uri));
  }

  /** The same for an address as text. */
  public static Mono<Reply> get(String uri) {
    return get(URI.create(uri));
  }

  /** Sends a request of {@link #client()} and reads the whole answer, 16 MiB at most; await it. */
  public static Mono<Reply> read(HttpClient.ResponseReceiver<?> request) {
    return read(REPLY_LIMIT, request);
  }

  /** The same with a limit for the bytes of the body, over which it fails. */
  public static Mono<Reply> read(int limit, HttpClient.ResponseReceiver<?> request) {
    return Reply.read(limit, request);
  }

  /**
   * {@link #get} and the wait for it in one: suspends until the answer is there, which is never
   * null.
   *
   * <pre>{@code
   * String page = fetch("https://example.org/").text();
   * }</pre>
   *
   * @throws java.io.UncheckedIOException if there is no complete answer
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; the connection is closed
   * @throws IllegalStateException outside a task
   */
  public static Reply fetch(String uri) {
    return fetch(client().get().uri(URI.create(uri)));
  }

  /** The same for a request of {@link #client()}: {@link #read} and the wait for it. */
  public static Reply fetch(HttpClient.ResponseReceiver<?> request) {
    // A mono may be empty; this one is not.
    return Objects.requireNonNull(Treadle.await(read(request)));
  }

  /**
   * Sends a request of {@link #client()} and suspends until the headers of the answer are there;
   * its body is then read as it arrives.
   *
   * <pre>{@code
   * try (var answer = open(client().get().uri(uri))) {
   *   for (byte[] chunk : answer.chunks()) {
   *     file.write(chunk);
   *   }
   * }
   * }</pre>
   *
   * @throws java.io.UncheckedIOException if there is no answer
   */
  public static StreamedReply open(HttpClient.ResponseReceiver<?> request) {
    return StreamedReply.open(request);
  }
}
