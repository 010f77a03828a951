package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.http.Http.get;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Deferred;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class SseTest {
  @HttpTest
  void shouldWriteEventsAsTheStandardSays() {
    try (var server =
        Local.serve(
            (request, response) -> {
              var events = response.events();
              events.retry(ofSeconds(3));
              events.comment("hello");
              events.send("plain");
              events.send("two\nlines\r\nthree\r");
              events.send("");
              events.send("tick", "12:00");
              events.send("tick", "12:01", "41");
            })) {
      Reply reply = await(get(Local.uri(server, "/")));

      assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
      assertThat(reply.header("cache-control")).isEqualTo("no-cache");
      assertThat(reply.text())
          .isEqualTo(
              """
              retry: 3000

              : hello

              data: plain

              data: two
              data: lines
              data: three
              data:\s

              data:\s

              event: tick
              data: 12:00

              event: tick
              id: 41
              data: 12:01

              """);
    }
  }

  @HttpTest
  void shouldSendEachEventAtOnceAndEndWithTheClient() throws Exception {
    Deferred<Integer> ended = new Deferred<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              int sent = 0;
              try {
                var events = response.events();
                while (true) {
                  events.send(String.valueOf(sent++));
                  sleep(ofMillis(1));
                }
              } finally {
                ended.complete(sent);
              }
            })) {
      try (Socket socket = onThread(() -> Local.connect(server.port()))) {
        String seen =
            onThread(
                () -> {
                  Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                  return Local.readUntil(socket, "data: 2\n\n");
                });

        assertThat(seen).containsSubsequence("data: 0\n\n", "data: 1\n\n", "data: 2\n\n");
        assertThat(ended.isDone()).isFalse();
      }
      assertThat(await(ended)).isGreaterThanOrEqualTo(3);
    }
  }

  @HttpTest
  void shouldRefuseFieldsThatWouldEndTheEvent() {
    List<String> refused = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              var events = response.events();
              for (Runnable wrong :
                  List.<Runnable>of(
                      () -> events.send("a\nb", "data"),
                      () -> events.send("a", "data", "1\r2"),
                      () -> events.send("a", "data", "\0"),
                      () -> events.comment("a\nb"))) {
                try {
                  wrong.run();
                  refused.add("not");
                } catch (IllegalArgumentException expected) {
                  refused.add(expected.getMessage().replaceFirst(";.*", ""));
                }
              }
            })) {
      await(get(Local.uri(server, "/")));

      assertThat(refused)
          .containsExactly(
              "a field of more than one line: field=event value=a\nb",
              "a field of more than one line: field=id value=1\r2",
              "an id with NUL, which clients ignore",
              "a field of more than one line: field= value=a\nb");
    }
  }
}
