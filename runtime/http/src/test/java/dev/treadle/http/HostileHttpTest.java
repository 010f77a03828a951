package dev.treadle.http;

import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.http.Http.handler;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Clients that are slow, malformed, greedy or gone; the server goes on to serve the others. */
class HostileHttpTest {
  private static final String POST = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ";

  @HttpTest
  void shouldEndASlowLorisInItsHeadersByTheIdleTimeout() throws Exception {
    Hostile.attack(
        server -> server.idleTimeout(ofMillis(100)),
        (request, response) -> response.send("never"),
        target -> {
          List<Socket> slow = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            slow.add(target.send("GET / HTTP/1.1\r\nho"));
          }
          target.assertServes();
          for (Socket socket : slow) {
            assertThat(Hostile.rest(socket)).isEmpty();
          }
          assertThat(target.server.requests()).isZero();
        });
  }

  @HttpTest
  void shouldEndASlowLorisInItsBodyByTheReadTimeout() throws Exception {
    List<String> ended = new ArrayList<>();
    Hostile.reportsOf(
        server -> server.readTimeout(ofMillis(100)),
        handler(
            Hostile.greetingOr(
                (request, response) -> {
                  try {
                    request.body();
                    ended.add("body");
                  } finally {
                    ended.add(request.path());
                  }
                })),
        target -> {
          ended.clear();
          Socket slow = target.send(POST + "100\r\n\r\nsome");
          target.assertServes();
          Hostile.rest(slow);
          Hostile.until(() -> target.server.requests() == 0);
          assertThat(ended).containsExactly("/");
        });
  }

  @HttpTest
  void shouldEndASlowLorisInItsBodyByTheHandlersDeadline() throws Exception {
    List<String> reports =
        Hostile.reportsOf(
            server -> server,
            handler(ofMillis(100), Hostile.greetingOr((request, response) -> request.body())),
            target -> {
              Socket slow = target.send(POST + "100\r\n\r\nsome");
              target.assertServes();
              String answer = onThread(() -> Local.readUntil(slow, "not done in time"));
              assertThat(answer).startsWith("HTTP/1.1 503 ").endsWith("not done in time");
              onThread(slow::close);
            });
    assertThat(reports).hasSize(2).allMatch(report -> report.contains("DeadlineExceededException"));
  }

  @HttpTest
  void shouldCancelTheHandlerWhenTheClientResetsInTheMidstOfAnUpload() throws Exception {
    List<Boolean> ended = new ArrayList<>();
    Hostile.attack(
        (request, response) -> {
          try {
            request.body();
          } finally {
            ended.add(true);
          }
        },
        target -> {
          ended.clear();
          List<Socket> sockets = new ArrayList<>();
          for (int n = 0; n < 10; n++) {
            sockets.add(target.send(POST + "1000000\r\n\r\nsome"));
          }
          Hostile.until(() -> target.server.requests() == 10);
          for (Socket socket : sockets) {
            Hostile.reset(socket);
          }
          Hostile.until(() -> ended.size() == 10);
        });
  }

  @HttpTest
  void shouldCancelTheHandlerWhenTheClientResetsInTheMidstOfADownload() throws Exception {
    List<Boolean> ended = new ArrayList<>();
    Hostile.attack(
        Hostile.endless(ended),
        target -> {
          ended.clear();
          List<Socket> sockets = new ArrayList<>();
          for (int n = 0; n < 5; n++) {
            sockets.add(target.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
          }
          Hostile.until(() -> target.server.requests() == 5);
          // It reads nothing: its handler waits, and the server holds no more than the water mark.
          assertThat(target.memory()).isLessThan(5L * (1 << 17));
          target.assertServes();
          for (Socket socket : sockets) {
            Hostile.reset(socket);
          }
          Hostile.until(() -> ended.size() == 5);
        });
  }

  @HttpTest
  void shouldHoldNoAnswersForAClientThatPipelinesAndNeverReads() throws Exception {
    List<String> begun = new ArrayList<>();
    Hostile.attack(
        (request, response) -> {
          begun.add(String.valueOf(currentTask()));
          response.send("x".repeat(20_000));
        },
        target -> {
          begun.clear();
          Socket greedy = target.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2_000));
          Hostile.until(() -> begun.size() > 3);
          // Held up: while another is served, nothing more of this one is.
          int before;
          do {
            before = begun.size();
            target.assertServes();
          } while (begun.size() > before);
          assertThat(target.memory()).isLessThan(1 << 20);
          Hostile.reset(greedy);
          Hostile.until(() -> target.server.connections() == 0);
        });
  }

  @HttpTest
  void shouldKeepNothingOfABodyThatGoesOnOverItsLimit() throws Exception {
    Hostile.attack(
        (request, response) -> request.body(1000),
        target -> {
          Socket endless = target.send(POST + "1000000000000\r\n\r\n");
          String answer =
              onThread(
                  () -> {
                    String refusal = Local.readUntil(endless, "in parts");
                    Hostile.more(endless, "y".repeat(1 << 20));
                    return refusal;
                  });
          assertThat(answer).startsWith("HTTP/1.1 413 ");
          target.assertServes();
          assertThat(target.memory()).isLessThan(1 << 19);
          Hostile.reset(endless);
          Hostile.until(() -> target.server.connections() == 0);
        });
  }

  @HttpTest
  void shouldNotTakeABodyForWholeWhenAChunkHasAnAbsurdSize() throws Exception {
    List<String> bodies = new ArrayList<>();
    Hostile.attack(
        (request, response) -> bodies.add(request.text()),
        target -> {
          for (String size :
              List.of("ffffffffffffffff", "-1", "zz", "1 2", "8".repeat(10_000), "80000000")) {
            Socket socket =
                target.send(
                    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                        + size
                        + "\r\nabc\r\n");
            assertThat(Hostile.rest(socket)).as(size).doesNotContain(" 200 ");
          }
          target.assertServes();
        });
    assertThat(bodies).isEmpty();
  }

  @HttpTest
  void shouldRefuseHeadersThatWouldBeTwo() throws Exception {
    List<String> reports =
        Hostile.reportsOf(
            server -> server,
            handler(
                Hostile.greetingOr(
                    (request, response) -> {
                      String value = Objects.requireNonNull(request.query("v"));
                      if (request.path().equals("/name")) {
                        response.header(value, "x").send("never");
                      } else {
                        response.header("x-echo", value).send("never");
                      }
                    })),
            target -> {
              for (String wrong :
                  List.of("a%0d%0aset-cookie:%20b", "a%0aevil:%20b", "a%0d", "a%00")) {
                for (String path : List.of("/value", "/name")) {
                  String answer =
                      Hostile.rest(
                          target.send(
                              "GET "
                                  + path
                                  + "?v="
                                  + wrong
                                  + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
                  assertThat(answer)
                      .startsWith("HTTP/1.1 500 ")
                      .doesNotContain("evil", "set-cookie", "never");
                }
              }
            });
    assertThat(reports).hasSize(16).allMatch(report -> report.contains("IllegalArgument"));
  }

  @HttpTest
  void shouldNeverReachAHandlerWithGarbage() throws Exception {
    List<String> reached = new ArrayList<>();
    Hostile.attack(
        (request, response) -> reached.add(request.path()),
        target -> {
          for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            StringBuilder garbage = new StringBuilder();
            for (int n = random.nextInt(300); n >= 0; n--) {
              garbage.append((char) random.nextInt(256));
            }
            Socket socket = target.send(garbage + "\r\n\r\n");
            String answer =
                onThread(
                    () -> {
                      socket.shutdownOutput();
                      return Local.readAll(socket);
                    });
            onThread(socket::close);
            assertThat(answer).doesNotContain(" 200 ").doesNotContain(" 500 ");
          }
        });
    assertThat(reached).isEmpty();
  }

  @HttpTest
  void shouldHandleNothingForAClientThatGoesBeforeItsRequestIsWhole() throws Exception {
    List<String> reached = new ArrayList<>();
    Hostile.attack(
        (request, response) -> {
          reached.add(request.path());
          sleep(ofHours(1));
        },
        target -> {
          for (int n = 0; n < 20; n++) {
            Hostile.reset(target.send("GET / HTTP/1.1\r\nhost: a\r\n"));
            Hostile.reset(target.send(""));
          }
          Hostile.until(() -> target.server.connections() == 0);
        });
    assertThat(reached).isEmpty();
  }
}
