package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.http.Http.get;
import static dev.treadle.http.Http.handler;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Cancelled;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.sync.AsyncEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class ErrorsTest {
  /** Each failure that was reported, as text. */
  private static List<String> reportsOf(Loop loop) {
    List<String> reports = new ArrayList<>();
    loop.setFailureHandler(
        (source, failure) -> {
          StringWriter trace = new StringWriter();
          failure.printStackTrace(new PrintWriter(trace));
          reports.add(source + ": " + trace);
        });
    return reports;
  }

  private static String lookUp(String id) {
    sleep(ofMillis(1));
    throw new IllegalStateException("no row: id=" + id);
  }

  @HttpTest
  void shouldAnswer500AndReportOnceWithTheWholeTraceWhenTheHandlerThrows(Loop loop) {
    List<String> reports = reportsOf(loop);
    try (var server =
        Local.serve(
            (request, response) -> {
              response.header("x-half", "done").status(202);
              response.send(await(spawn("look up", () -> lookUp("7"))));
            })) {
      Reply reply = await(get(Local.uri(server, "/users/7?token=secret")));

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.header("x-half")).isNull();
      assertThat(reply.body()).isEmpty();
      assertThat(reports).hasSize(1);
      assertThat(reports.getFirst())
          .startsWith("handler of GET /users/7: java.lang.IllegalStateException: no row: id=7")
          .containsSubsequence(
              "ErrorsTest.lookUp",
              "task 'look up' was awaited by task 'GET /users/7' from",
              "ErrorsTest.lambda$shouldAnswer500")
          .doesNotContain("io.netty", "reactor.netty", "dev.treadle.http.Served");
      // The connection is as good as before.
      assertThat(await(get(Local.uri(server, "/users/7"))).status()).isEqualTo(500);
      assertThat(server.connections()).isOne();
    }
  }

  @HttpTest
  void shouldGoOnServingWhenAHandlerOverflowsItsStack(Loop loop) {
    List<String> reports = reportsOf(loop);
    try (var server =
        Local.serve(
            (request, response) -> {
              if (request.path().equals("/deep")) {
                overflow(1);
              }
              response.send("fine");
            })) {
      assertThat(await(get(Local.uri(server, "/deep"))).status()).isEqualTo(500);
      assertThat(await(get(Local.uri(server, "/"))).text()).isEqualTo("fine");
      assertThat(reports).singleElement().asString().contains("StackOverflowError");
    }
  }

  private static int overflow(int n) {
    return n == 0 ? 0 : overflow(n + 1) + 1;
  }

  @HttpTest
  void shouldBreakOffTheBodyWhenTheHandlerThrowsInTheMidst(Loop loop) {
    List<String> reports = reportsOf(loop);
    try (var server =
        Local.serve(
            (request, response) -> {
              response.write("the first half");
              throw new IllegalStateException("no second half");
            })) {
      assertThatThrownBy(() -> await(get(Local.uri(server, "/"))))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("no complete answer: ");
      assertThat(reports).singleElement().asString().contains("no second half");
    }
  }

  @HttpTest
  void shouldAnswerWithTheStatusOfAnHttpException(Loop loop) {
    List<String> reports = reportsOf(loop);
    try (var server =
        Local.serve(
            (request, response) -> {
              int status = Integer.parseInt(request.query("status"));
              throw new HttpException(status, "no: status=" + status);
            })) {
      Reply missing = await(get(Local.uri(server, "/?status=404")));

      assertThat(missing.status()).isEqualTo(404);
      assertThat(missing.text()).isEqualTo("no: status=404");
      assertThat(missing.header("content-type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(reports).isEmpty();
      assertThat(await(get(Local.uri(server, "/?status=502"))).status()).isEqualTo(502);
      assertThat(reports).hasSize(1);
    }
  }

  @HttpTest
  void shouldRefuseAnHttpExceptionOfASuccess() {
    assertThatThrownBy(() -> new HttpException(200, "fine"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not the status of an error: status=200; set it on the response instead");
  }

  @HttpTest
  void shouldAnswer503AndCancelWhenTheDeadlineHasPassed(Loop loop) {
    List<String> reports = reportsOf(loop);
    List<String> ended = new ArrayList<>();
    try (var server =
        Local.serve(
            routes ->
                routes
                    .get(
                        "/slow",
                        handler(
                            ofMillis(20),
                            (request, response) -> {
                              try {
                                sleep(ofHours(1));
                              } catch (Cancelled cancelled) {
                                ended.add("cancelled");
                                throw cancelled;
                              }
                            }))
                    .get("/quick", handler(ofHours(1), (request, response) -> response.send("q")))
                    .get(
                        "/inner",
                        handler(
                            (request, response) ->
                                withTimeout(ofMillis(5), () -> sleep(ofHours(1))))))) {
      assertThat(await(get(Local.uri(server, "/slow"))).status()).isEqualTo(503);
      assertThat(ended).containsExactly("cancelled");
      assertThat(reports)
          .singleElement()
          .asString()
          .startsWith("handler of GET /slow: dev.treadle.DeadlineExceededException")
          .contains("timeout=PT0.02S awaiting=sleep");
      assertThat(await(get(Local.uri(server, "/quick"))).text()).isEqualTo("q");
      assertThat(await(get(Local.uri(server, "/inner"))).status()).isEqualTo(503);
    }
  }

  @HttpTest
  void shouldCancelTheHandlerWhenTheClientGoesAway(Loop loop) throws Exception {
    List<String> reports = reportsOf(loop);
    AsyncEvent begun = new AsyncEvent();
    Deferred<String> ended = new Deferred<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              begun.set();
              try {
                sleep(ofHours(1));
              } finally {
                ended.complete(dev.treadle.Treadle.currentTask().name());
              }
            })) {
      try (Socket socket = onThread(() -> Local.connect(server.port()))) {
        onThread(() -> Local.send(socket, "GET /gone HTTP/1.1\r\nhost: a\r\n\r\n"));
        begun.await();
      }

      assertThat(await(ended)).isEqualTo("GET /gone");
      assertThat(reports).isEmpty();
    }
  }

  @HttpTest
  void shouldCancelTheHandlerInTheMidstOfItsBodyWhenTheClientGoesAway(Loop loop) throws Exception {
    List<String> reports = reportsOf(loop);
    Deferred<Integer> ended = new Deferred<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              int written = 0;
              try {
                while (true) {
                  response.write("tick\n");
                  written++;
                  sleep(ofMillis(1));
                }
              } finally {
                ended.complete(written);
              }
            })) {
      try (Socket socket = onThread(() -> Local.connect(server.port()))) {
        onThread(
            () -> {
              Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
              return Local.readUntil(socket, "tick\n\r\n");
            });
      }

      assertThat(await(ended)).isPositive();
      assertThat(reports).isEmpty();
    }
  }

  @HttpTest
  void shouldNotReachAHandlerWhenTheRequestIsMalformed() throws Exception {
    List<String> reached = new ArrayList<>();
    String longLine = "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\nhost: a\r\n\r\n";
    String longHeader = "GET / HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(9_000) + "\r\n\r\n";
    try (var server = Local.serve((request, response) -> reached.add(request.path()))) {
      for (String[] wrong :
          new String[][] {
            {"nonsense\r\n\r\n", "400"},
            {"GET / HTTP/1.1\r\nbad header\u0001: x\r\n\r\n", "400"},
            {"GET / HTTP/1.1\r\ncontent-length: two\r\n\r\n", "400"},
            {longLine, "414"},
            {longHeader, "431"},
          }) {
        String answer = onThread(() -> Local.exchange(server.port(), wrong[0]));

        assertThat(answer).startsWith("HTTP/1.1 " + wrong[1] + " ");
      }
      assertThat(reached).isEmpty();
    }
  }

  @HttpTest
  void shouldRefuseAHandlerOffTheLoop() throws Exception {
    var handler = handler((request, response) -> response.send("never"));
    Deferred<String> thrown = new Deferred<>();
    HttpServer config =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(
                (request, response) ->
                    Mono.from(handler.apply(request, response))
                        .doOnError(
                            refused -> thrown.complete(String.valueOf(refused.getMessage()))));
    var listening = onThread(() -> config.bindNow());
    try {
      assertThat(await(get("http://127.0.0.1:" + listening.port() + "/")).status()).isEqualTo(500);
      assertThat(await(thrown))
          .startsWith("a handler of tasks without a loop: thread=reactor-http-")
          .endsWith("; use Http.bind(server), or server.runOn(TreadleResources.of(loop))");
    } finally {
      listening.dispose();
    }
  }
}
