package dev.treadle.http;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.handler;
import static dev.treadle.http.Http.routes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Treadle;
import dev.treadle.sync.AsyncEvent;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** What our routes add to Reactor Netty's: HEAD by the route for GET, and 405. */
class RoutesTest {
  @TempDir static Path folder;

  private static WebServer serve(Consumer<? super HttpServerRoutes> routes) {
    return Http.bind(HttpServer.create().host("127.0.0.1").port(0).handle(routes(routes)));
  }

  /** The whole answer, as it comes over the connection. */
  private static String ask(WebServer server, String method, String path) throws IOException {
    return onThread(
        () ->
            Local.exchange(
                server.port(),
                method + " " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
  }

  private static HttpHandler says(String body) {
    return (request, response) -> response.header("x-seen", request.method()).send(body);
  }

  @HttpTest
  void shouldAnswerAHeadByTheRouteForGetWithoutTheBody() throws IOException {
    try (var server = serve(all -> all.get("/hello/{name}", handler(says("hello"))))) {
      assertThat(ask(server, "GET", "/hello/ada")).endsWith("\r\n\r\nhello");
      assertThat(ask(server, "HEAD", "/hello/ada"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("content-length: 5\r\n", "x-seen: HEAD\r\n")
          .doesNotContain("transfer-encoding")
          .endsWith("\r\n\r\n");
    }
  }

  @HttpTest
  void shouldAnswerAHeadByItsOwnRouteWhenThereIsOne() throws IOException {
    try (var server =
        serve(
            all ->
                all.get("/a", handler(says("from get")))
                    .head(
                        "/a",
                        handler(
                            (request, response) -> response.header("x-own", "yes").send(""))))) {
      assertThat(ask(server, "HEAD", "/a")).contains("x-own: yes\r\n", "content-length: 0\r\n");
    }
  }

  @HttpTest
  void shouldSendTheHeadersAloneAndCancelTheHandlerWhenAHeadIsStreamed() throws IOException {
    List<String> events = new ArrayList<>();
    AsyncEvent ended = new AsyncEvent();
    try (var server =
        serve(
            all ->
                all.get(
                    "/",
                    handler(
                        (request, response) -> {
                          try {
                            response.status(203);
                            while (true) {
                              response.write("for ever");
                              events.add("written");
                            }
                          } finally {
                            events.add("ended " + Treadle.currentTask());
                            ended.set();
                          }
                        })))) {
      // Twice on one connection: what the first has left must not be in the way of the second.
      String both =
          onThread(
              () -> {
                try (Socket socket = Local.connect(server.port())) {
                  Local.send(socket, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n");
                  String first = Local.readUntil(socket, "\r\n\r\n");
                  Local.send(socket, "HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
                  return first + Local.readAll(socket);
                }
              });
      ended.await();

      assertThat(both).matches("(?s)(HTTP/1.1 203 (?:[^\r\n]+\r\n)+\r\n){2}");
      assertThat(events).hasSize(2).allMatch(event -> event.startsWith("ended"));
      assertThat(server.requests()).isZero();
    }
  }

  @HttpTest
  void shouldAnswerAHeadOverHttp2() {
    try (var server =
        Http.bind(
            HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.H2C)
                .handle(routes(all -> all.get("/", handler(says("hello"))))))) {
      HttpClient client = Http.client().protocol(HttpProtocol.H2C);

      Reply head = Http.fetch(client.head().uri(Local.uri(server, "/")));
      Reply get = Http.fetch(client.get().uri(Local.uri(server, "/")));

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.header("content-length")).isEqualTo("5");
      assertThat(get.text()).isEqualTo("hello");
    }
  }

  @HttpTest
  void shouldTellWhichMethodsThereAreWhenTheMethodIsWrong() throws IOException {
    try (var server =
        serve(
            all ->
                all.get("/a/{n}", handler(says("got")))
                    .put("/a/{n}", handler(says("put")))
                    .post("/b", handler(says("posted"))))) {
      assertThat(ask(server, "DELETE", "/a/1"))
          .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
          .contains("allow: GET, HEAD, PUT\r\n", "content-length: 0\r\n")
          .endsWith("\r\n\r\n");
      assertThat(ask(server, "GET", "/b")).startsWith("HTTP/1.1 405 ").contains("allow: POST\r\n");
      assertThat(ask(server, "HEAD", "/b")).startsWith("HTTP/1.1 405 ").contains("allow: POST\r\n");
      assertThat(ask(server, "GET", "/nowhere"))
          .startsWith("HTTP/1.1 404 ")
          .doesNotContain("allow");
      assertThat(ask(server, "HEAD", "/nowhere")).startsWith("HTTP/1.1 404 ");
    }
  }

  @HttpTest
  void shouldFindFilesOfADirectory() throws IOException {
    onThread(() -> Files.writeString(folder.resolve("a.txt"), "in a file"));
    try (var server = serve(all -> all.directory("/files", folder))) {
      assertThat(ask(server, "GET", "/files/a.txt")).contains("\r\nin a file");
      assertThat(ask(server, "HEAD", "/files/a.txt"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .endsWith("\r\n\r\n")
          .doesNotContain("in a file");
      assertThat(ask(server, "GET", "/files/b.txt")).startsWith("HTTP/1.1 404 ");
      assertThat(ask(server, "POST", "/files/a.txt")).contains(" 405 ", "allow: GET, HEAD\r\n");
    }
  }

  @HttpTest
  void shouldAnswer500WhenARouteItselfFails() throws IOException {
    try (var server =
        serve(
            all ->
                all.get(
                        "/handler",
                        (request, response) -> {
                          throw new IllegalStateException("handler");
                        })
                    .route(
                        request -> {
                          throw new IllegalStateException("condition");
                        },
                        handler(says("never"))))) {
      assertThat(ask(server, "GET", "/handler")).startsWith("HTTP/1.1 500 ");
      assertThat(ask(server, "GET", "/condition")).startsWith("HTTP/1.1 500 ");
    }
  }

  @HttpTest
  void shouldKeepTheOrderAndTheRemovalsOfReactorNetty() throws IOException {
    try (var server =
        serve(
            all ->
                all.get("/{any}", handler(says("any")))
                    .get("/one", handler(says("one")))
                    .post("/gone", handler(says("gone")))
                    .comparator((a, b) -> String.valueOf(b.getPath()).compareTo("" + a.getPath()))
                    .removeIf(route -> "/gone".equals(route.getPath())))) {
      assertThat(ask(server, "GET", "/one")).endsWith("any");
      assertThat(ask(server, "POST", "/gone")).startsWith("HTTP/1.1 405 ");
    }
  }
}
