package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class OffloadHttpTest {
  @ParameterizedTest
  @ValueSource(strings = {"process", "thread", "none"})
  void shouldAnswerBothPagesWhenComputedBy(String pool) throws Exception {
    try (Running http = Running.demo("offload-http", "--port", "0", "--pool", pool);
        HttpClient client = HttpClient.newHttpClient()) {
      int port = http.port();

      assertThat(get(client, port, "/factor?n=1099726899285419").body())
          .isEqualTo("1099726899285419 = 3306091 * 332636609\n");
      assertThat(get(client, port, "/ping").body()).isEqualTo("pong\n");
      assertThat(http.end())
          .isEqualTo(
              new Ran(
                  130,
                  """
                  offload-http listens: address=http://127.0.0.1:%d pool=%s; Ctrl-C ends it
                  offload-http ended: requests=2
                  """
                      .formatted(port, pool),
                  ""));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?n=", "?n=1", "?n=x", "?n=99999999999999999999"})
  void shouldRefuseWhatHasNoFactors(String query) throws Exception {
    try (Running http = Running.demo("offload-http", "--port", "0", "--pool", "none");
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = get(client, http.port(), "/factor" + query);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body())
          .startsWith("bad value: n=")
          .endsWith("; give a whole number from 2 to 9223372036854775807\n");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGINT to send")
  void shouldEndItsWorkersWhenInterrupted() throws Exception {
    try (Child http = Child.demo("offload-http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      String line = http.line();
      Matcher port = Pattern.compile("address=http://127\\.0\\.0\\.1:(\\d+) ").matcher(line);
      assertThat(port.find()).as(line).isTrue();
      assertThat(get(client, Integer.parseInt(port.group(1)), "/factor?n=6").body())
          .isEqualTo("6 = 2 * 3\n");

      List<ProcessHandle> workers = http.interruptAll();

      assertThat(http.ended()).isEqualTo(new Ran(130, "offload-http ended: requests=1\n", ""));
      assertThat(workers).isNotEmpty();
      for (ProcessHandle worker : workers) {
        worker.onExit().get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void shouldShowEachWayWhenMeasured() {
    Ran ran = Ran.demo("offload-http", "--measure", "100ms");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.lines().stream().map(line -> line.replaceAll(" +[0-9.]+", " N")))
        .containsExactly(
            PingTimes.TITLE,
            "nobody asks for factors N N N N",
            "factors from worker processes N N N N",
            "factors computed on the loop N N N N");
  }

  @Test
  void shouldCountPercentilesFromTheShortest() {
    assertThat(new PingTimes(List.of(1_000_000L)).line("one"))
        .isEqualTo("%-32s %7d %10s %10s %10s".formatted("one", 1, "1.00", "1.00", "1.00"));
    List<Long> hundred = LongStream.rangeClosed(1, 100).mapToObj(n -> n * 1_000_000).toList();
    assertThat(new PingTimes(hundred).line("hundred"))
        .isEqualTo(
            "%-32s %7d %10s %10s %10s".formatted("hundred", 100, "50.00", "99.00", "100.00"));
  }

  private static HttpResponse<String> get(HttpClient client, int port, String path)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
