package dev.treadle.http;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.handler;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients that take their time, and clients that vanish without a word: they just stop. */
class SlowClientTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nhost: a\r\nx-long: 1234567890\r\n\r\n";

  @HttpTest
  void shouldAnswerWhenTheHeadersComeByteByByteInTime() throws Exception {
    Hostile.attack(
        server -> server.idleTimeout(ofSeconds(60)),
        (request, response) -> response.send(String.valueOf(request.header("x-long"))),
        target -> {
          Socket slow = target.send("");
          String answer =
              onThread(
                  () -> {
                    for (byte next : REQUEST.getBytes(StandardCharsets.US_ASCII)) {
                      slow.getOutputStream().write(next);
                    }
                    return Local.readUntil(slow, "1234567890");
                  });
          assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n1234567890");
          onThread(slow::close);
        });
  }

  @HttpTest
  void shouldCloseWhenTheHeadersComeByteByByteForTooLong() throws Exception {
    List<String> reached = new ArrayList<>();
    Hostile.attack(
        server -> server.idleTimeout(ofMillis(200)),
        (request, response) -> reached.add(request.path()),
        target -> {
          Socket slow = target.send("GET / HTTP/1.1\r\nhost: a\r\nx-long: ");
          String answer = onThread(() -> dripUntilClosed(slow));
          assertThat(answer).isEmpty();
        });
    assertThat(reached).isEmpty();
  }

  /** Sends byte after byte until the server has had enough, and gives what it has said. */
  private static String dripUntilClosed(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    try (socket) {
      socket.setSoTimeout(10);
      while (true) {
        try {
          int next = socket.getInputStream().read();
          if (next < 0) {
            return answer.toString();
          }
          answer.append((char) next);
        } catch (SocketTimeoutException open) {
          socket.getOutputStream().write('x');
        }
      }
    } catch (IOException reset) {
      return answer.toString();
    }
  }

  @HttpTest
  void shouldCloseWhenTheClientStopsAfterItsAnswer() throws Exception {
    Hostile.attack(
        server -> server.idleTimeout(ofMillis(200)),
        (request, response) -> response.send("done"),
        target -> {
          String answer = "";
          while (answer.isEmpty()) {
            // To the end, which is the server's; none if this side was too slow itself.
            answer = restOf(target.send(REQUEST));
          }
          assertThat(answer).endsWith("\r\n\r\ndone");
        });
  }

  private static String restOf(Socket socket) throws IOException {
    try {
      return Hostile.rest(socket);
    } catch (SocketException reset) {
      return "";
    }
  }

  @HttpTest
  void shouldEndTheHandlerByItsDeadlineWhenTheClientStopsInTheMidstOfTheAnswer() throws Exception {
    List<Boolean> ended = new ArrayList<>();
    List<String> reports =
        Hostile.reportsOf(
            server -> server,
            handler(ofMillis(200), Hostile.greetingOr(Hostile.endless(ended))),
            target -> {
              ended.clear();
              Socket silent = target.send(REQUEST);
              Hostile.until(() -> ended.size() == 1);
              target.assertServes();
              Hostile.until(() -> target.server.connections() == 0);
              onThread(silent::close);
            });
    assertThat(reports).hasSize(2).allMatch(report -> report.contains("DeadlineExceededException"));
  }
}
