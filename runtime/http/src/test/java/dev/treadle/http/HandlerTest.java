package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.gather;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.get;
import static dev.treadle.http.Http.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import dev.treadle.sync.AsyncEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class HandlerTest {
  @HttpTest
  void shouldAnswerByReactorNettysRoutes() {
    try (var server =
        Local.serve(
            routes ->
                routes
                    .get(
                        "/hello/{name}",
                        handler(
                            (request, response) -> response.send("Hi " + request.param("name"))))
                    .post(
                        "/hello", handler((request, response) -> response.send(request.text()))))) {
      assertThat(await(get(Local.uri(server, "/hello/ada"))).text()).isEqualTo("Hi ada");
      assertThat(await(get(Local.uri(server, "/nowhere"))).status()).isEqualTo(404);
      assertThat(await(get(Local.uri(server, "/hello"))).status()).isEqualTo(404);
    }
  }

  @HttpTest
  void shouldDecodeParametersOnce() {
    try (var server =
        Local.serve(
            routes ->
                routes.get(
                    "/of/{name}",
                    handler(
                        (request, response) ->
                            response.send(
                                request.param("name")
                                    + "|"
                                    + request.query("q")
                                    + "|"
                                    + request.query("none")
                                    + "|"
                                    + request.query().get("q")
                                    + "|"
                                    + request.path()))))) {
      String uri = Local.uri(server, "/of/%C3%A9+%2541?q=a%26b&q=c+d");

      assertThat(await(get(uri)).text()).isEqualTo("é+%41|a&b|null|[a&b, c d]|/of/é+%41");
    }
  }

  @HttpTest
  void shouldNameTheParameterWhenTheRouteHasNone() {
    List<Throwable> thrown = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                request.param("id");
              } catch (IllegalArgumentException failure) {
                thrown.add(failure);
              }
            })) {
      await(get(Local.uri(server, "/x")));

      assertThat(thrown)
          .singleElement()
          .extracting(Throwable::getMessage)
          .isEqualTo(
              "no such parameter in the route: name=id path=/x; write {id} into the route's path");
    }
  }

  @HttpTest
  void shouldSendStatusAndHeadersWithoutBodyWhenTheHandlerSendsNone() {
    try (var server =
        Local.serve(
            (request, response) ->
                response.status(201).header("x-seen", String.valueOf(request.header("X-Ask"))))) {
      Reply reply =
          await(
              Http.read(
                  Http.client()
                      .headers(headers -> headers.set("x-ask", "yes"))
                      .get()
                      .uri(Local.uri(server, "/"))));

      assertThat(reply.status()).isEqualTo(201);
      assertThat(reply.header("x-seen")).isEqualTo("yes");
      assertThat(reply.header("content-length")).isEqualTo("0");
      assertThat(reply.body()).isEmpty();
    }
  }

  @HttpTest
  void shouldBeATaskOfTheServersGroupOnTheLoopsThread(Loop loop) {
    AsyncEvent go = new AsyncEvent();
    AsyncEvent begun = new AsyncEvent();
    List<Object> seen = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              seen.add(Thread.currentThread());
              seen.add(currentTask().name());
              begun.set();
              go.await();
            })) {
      var reply = dev.treadle.Treadle.spawn(() -> await(get(Local.uri(server, "/slow?secret=1"))));
      begun.await();

      assertThat(seen).containsExactly(loop.thread(), "GET /slow");
      assertThat(server.requests()).isOne();
      assertThat(server.connections()).isOne();
      assertThat(loop.dump())
          .containsSubsequence("  Task[http server /127.0.0.1:", "    Task[GET /slow suspended");
      go.set();
      assertThat(await(reply).status()).isEqualTo(200);
      assertThat(server.requests()).isZero();
    }
  }

  @HttpTest
  void shouldServeOthersWhileOneAwaits() {
    AsyncEvent second = new AsyncEvent();
    try (var server =
        Local.serve(
            routes ->
                routes
                    .get(
                        "/first",
                        handler(
                            (request, response) -> {
                              second.await();
                              response.send("first");
                            }))
                    .get("/second", handler((request, response) -> second.set())))) {
      List<Object> both =
          gather(
              () -> await(get(Local.uri(server, "/first"))).text(),
              () -> await(get(Local.uri(server, "/second"))).status());

      assertThat(both).containsExactly("first", 200);
    }
  }

  @HttpTest
  void shouldAnswerInOrderWhenRequestsArePipelined() throws Exception {
    try (var server = Local.serve((request, response) -> response.send(request.path()))) {
      String answers =
          onThread(
              () -> {
                try (Socket socket = Local.connect(server.port())) {
                  Local.send(
                      socket,
                      "GET /1 HTTP/1.1\r\nhost: a\r\n\r\n"
                          + "GET /2 HTTP/1.1\r\nhost: a\r\n\r\n"
                          + "GET /3 HTTP/1.1\r\nhost: a\r\n\r\n");
                  return Local.readUntil(socket, "/3");
                }
              });

      assertThat(answers).containsSubsequence("/1", "/2", "/3").startsWith("HTTP/1.1 200 OK");
    }
  }

  @HttpTest
  void shouldSendTheWholeResponseBeforeTheHandlerHasEnded() throws Exception {
    AsyncEvent read = new AsyncEvent();
    try (var server =
        Local.serve(
            (request, response) -> {
              response.send("now");
              read.await();
            })) {
      try (Socket socket = onThread(() -> Local.connect(server.port()))) {
        String answer =
            onThread(
                () -> {
                  Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                  return Local.readUntil(socket, "now");
                });

        assertThat(answer).containsIgnoringCase("content-length: 3").endsWith("\r\n\r\nnow");
        assertThat(server.requests()).isOne();
        read.set();
      }
    }
  }

  @HttpTest
  void shouldRefuseASecondResponse() {
    List<String> thrown = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              response.send("one");
              for (Runnable late :
                  List.<Runnable>of(
                      () -> response.send("two"),
                      () -> response.status(404),
                      () -> response.header("a", "b"),
                      () -> response.write("three"))) {
                try {
                  late.run();
                  thrown.add("nothing");
                } catch (IllegalStateException refused) {
                  thrown.add(refused.getMessage().replaceFirst(" refused.*", ""));
                }
              }
            })) {
      assertThat(await(get(Local.uri(server, "/"))).text()).isEqualTo("one");
      assertThat(thrown).containsExactly("send()", "status()", "header()", "write()");
    }
  }

  @HttpTest
  void shouldServeWithoutBindOnTheLoop(Loop loop) {
    List<String> names = new ArrayList<>();
    DisposableServer server =
        await(
            HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(TreadleResources.of(loop))
                .handle(
                    handler(
                        (request, response) -> {
                          names.add(currentTask().name());
                          response.send("plain");
                        }))
                .bind());
    try {
      assertThat(await(get("http://127.0.0.1:" + server.port() + "/")).text()).isEqualTo("plain");
      assertThat(names).containsExactly("GET /");
    } finally {
      server.dispose();
    }
  }

  @HttpTest
  void shouldSayWhyWhenItCannotListen() {
    try (var server = Local.serve((request, response) -> {})) {
      HttpServer same = HttpServer.create().host("127.0.0.1").port(server.port());

      assertThatThrownBy(() -> Http.bind(same))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot listen: ")
          .hasMessageContaining(String.valueOf(server.port()));
    }
  }

  @HttpTest
  void shouldLeaveBodyOutWhenTheRequestIsHead() throws Exception {
    try (var server =
        Local.serve(
            (request, response) -> {
              response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 5);
              response.send("12345");
            })) {
      String answer =
          onThread(
              () ->
                  Local.exchange(
                      server.port(), "HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));

      assertThat(answer).containsIgnoringCase("content-length: 5").endsWith("\r\n\r\n");
    }
  }
}
