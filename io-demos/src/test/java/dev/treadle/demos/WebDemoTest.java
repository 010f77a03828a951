package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class WebDemoTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private static final String EVENT = "data: \\d\\d:\\d\\d:\\d\\d";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /hello                     | 200 | text/plain; charset=utf-8 | Hello, World
          /hello?name=%C3%84nn%20B+C | 200 | text/plain; charset=utf-8 | Hello, Änn B C
          /slow?time=1ms             | 200 | text/plain; charset=utf-8 | slept for 0.001s
          /slow?time=soon            | 400 | text/plain; charset=utf-8 | bad value: time=soon; give a time such as 50s, 2m, 1500ms or PT1M30S
          /fan-out?deadline=20ms     | 504 | text/plain; charset=utf-8 | not all answered in time: deadline=0.02s
          /nowhere                   | 404 | text/plain; charset=utf-8 | no such page: GET /nowhere; the index at / lists all
          """)
  void shouldAnswerWhenAskedFor(String path, int status, String type, String body)
      throws Exception {
    try (Running http = Running.demo("http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(request(http.port(), path), BodyHandlers.ofString(StandardCharsets.UTF_8));

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.headers().firstValue("content-type")).contains(type);
      assertThat(answer.body()).isEqualTo(body + "\n");
      assertThat(http.end().err()).isEmpty();
    }
  }

  @Test
  void shouldAnswerAHeadWithoutABodyAndAWrongMethodWithTheRightOnes() throws Exception {
    try (Running http = Running.demo("http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      var uri = request(http.port(), "/hello").uri();
      HttpResponse<String> head =
          client.send(HttpRequest.newBuilder(uri).HEAD().build(), BodyHandlers.ofString());
      HttpResponse<String> delete =
          client.send(HttpRequest.newBuilder(uri).DELETE().build(), BodyHandlers.ofString());

      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValue("content-length")).contains("13");
      assertThat(head.body()).isEmpty();
      assertThat(delete.statusCode()).isEqualTo(405);
      assertThat(delete.headers().firstValue("allow")).contains("GET, HEAD");
      assertThat(http.end().err()).isEmpty();
    }
  }

  @Test
  void shouldTellOfItselfInJsonWhenAsked() throws Exception {
    try (Running http = Running.demo("http", "--port", "0", "--transport", "nio");
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(request(http.port(), "/json"), BodyHandlers.ofString());

      assertThat(answer.headers().firstValue("content-type")).contains("application/json");
      assertThat(answer.body())
          .matches(
              "\\{\"time\":\"[0-9TZ:.-]+\",\"process\":"
                  + ProcessHandle.current().pid()
                  + ",\"transport\":\"nio\",\"requests\":1,\"chatting\":\\[]}\n");
    }
  }

  @Test
  void shouldAskTheThreeAtOnceWhenTheDeadlineIsLongEnough() throws Exception {
    try (Running http = Running.demo("http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(request(http.port(), "/fan-out?deadline=1m"), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .contains(
              "{\"/hello?name=Treadle\":\"Hello, Treadle\"",
              "\"/json\":\"{\\\"time\\\":",
              "\"/slow?time=200ms\":\"slept for 0.2s\"}");
      assertThat(http.end().out()).contains("http ended: requests=4 ");
    }
  }

  @Test
  void shouldStreamTheFileWhenTheClientReadsAll() throws Exception {
    byte[] bytes = new byte[3_000_001];
    new SplittableRandom(5).nextBytes(bytes);
    Path file = Files.write(folder.resolve("file"), bytes);
    try (Running http = Running.demo("http", "--port", "0", "--file", file.toString());
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          client.send(request(http.port(), "/file"), BodyHandlers.ofByteArray());

      assertThat(answer.headers().firstValueAsLong("content-length")).hasValue(bytes.length);
      assertThat(Arrays.equals(answer.body(), bytes)).isTrue();
    }
  }

  @Test
  void shouldStopReadingTheFileWhenTheClientIsGone() throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[50_000_000]);
    try (Running http = Running.demo("http", "--port", "0", "--file", file.toString())) {
      try (Socket rude = new Socket(HERE, http.port())) {
        rude.getOutputStream().write("GET /file HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
        rude.getInputStream().readNBytes(1000);
        rude.setSoLinger(true, 0);
      }

      Ran ran = http.end();
      assertThat(ran.err()).isEmpty();
      assertThat(ran.out()).contains("http ended: requests=1 ");
    }
  }

  @Test
  void shouldTellTheTimeEachSecondWhenTheClockIsRead() throws Exception {
    try (Running http = Running.demo("http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Stream<String>> clock =
          client.send(request(http.port(), "/clock"), BodyHandlers.ofLines());
      assertThat(clock.headers().firstValue("content-type").orElseThrow())
          .startsWith("text/event-stream");
      try (Stream<String> lines = clock.body()) {
        assertThat(lines.limit(4).toList())
            .satisfiesExactly(
                line -> assertThat(line).matches(EVENT),
                line -> assertThat(line).isEmpty(),
                line -> assertThat(line).matches(EVENT),
                line -> assertThat(line).isEmpty());
      }
    }
  }

  @Test
  void shouldSayInOneLineWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, HERE)) {
      Ran ran = Ran.demo("http", "--port", Integer.toString(taken.getLocalPort()));

      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err())
          .hasLineCount(1)
          .startsWith("cannot listen: address=127.0.0.1:" + taken.getLocalPort())
          .contains("cause=address already in use; give another --port");
    }
  }

  @Test
  void shouldSayInOneLineWhenThereIsNoSuchFile() {
    Path missing = folder.resolve("missing");

    assertThat(Ran.demo("http", "--file", missing.toString()))
        .isEqualTo(new Ran(2, "", "no such file: file=" + missing + "; check the name\n"));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGINT to send")
  void shouldFinishWhatRunsAndExitWith130WhenInterrupted() throws Exception {
    try (Child http = Child.demo("http", "--port", "0");
        HttpClient client = HttpClient.newHttpClient()) {
      String line = http.line();
      Matcher port = Pattern.compile("address=http://127\\.0\\.0\\.1:(\\d+); ").matcher(line);
      assertThat(port.find()).as(line).isTrue();
      int at = Integer.parseInt(port.group(1));
      CompletableFuture<HttpResponse<String>> slow =
          client.sendAsync(request(at, "/slow?time=2s"), BodyHandlers.ofString());
      HttpResponse<Stream<String>> clock =
          client.send(request(at, "/clock"), BodyHandlers.ofLines());
      // Until the server says that it has had two requests more than these.
      for (int asked = 1;
          !client
              .send(request(at, "/json"), BodyHandlers.ofString())
              .body()
              .contains("\"requests\":" + (asked + 2) + ",");
          asked++) {
        assertThat(slow).isNotDone();
      }

      http.interrupt();

      Ran ran = http.ended();
      assertThat(ran.code()).isEqualTo(130);
      assertThat(ran.lines()).last().asString().endsWith(" openAtTheEnd=2");
      // To its regular end: nothing broke off.
      assertThat(clock.body()).allMatch(told -> told.isEmpty() || told.matches(EVENT));
      assertThat(slow.get().body()).isEqualTo("slept for 2s\n");
    }
  }

  private static HttpRequest request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
  }
}
