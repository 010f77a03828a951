package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.http.Http.get;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Cancelled;
import dev.treadle.DeadlineExceededException;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.sync.AsyncEvent;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class ShutdownTest {
  /** Waits until it is let go, and notes whether it was. */
  private static final class Slow implements HttpHandler {
    private final AsyncEvent begun = new AsyncEvent();
    private final AsyncEvent go = new AsyncEvent();
    private final List<String> ended = new ArrayList<>();

    @Override
    public void handle(Request request, Response response) {
      begun.set();
      try {
        go.await();
        ended.add("answered");
        if (response.isStarted()) {
          response.write("two");
        } else {
          response.send("answered");
        }
      } catch (Cancelled cancelled) {
        ended.add("cancelled");
        throw cancelled;
      }
    }
  }

  @HttpTest
  void shouldFinishWhatRunsWithinTheGraceAndRefuseNewConnections() {
    var slow = new Slow();
    var server = Local.serve(slow);
    Task<Reply> running = spawn(() -> await(get(Local.uri(server, "/"))));
    slow.begun.await();
    Task<?> closing = spawn(() -> server.close(ofHours(1)));
    while (!server.isClosing()) {
      sleep(ZERO);
    }
    assertThatThrownBy(() -> await(get(Local.uri(server, "/late"))))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(closing.isDone()).isFalse();
    slow.go.set();

    assertThat(await(running).text()).isEqualTo("answered");
    assertThat(await(running).header("connection")).isEqualTo("close");
    await(closing);
    assertThat(slow.ended).containsExactly("answered");
    assertThat(server.connections()).isZero();
  }

  @HttpTest
  void shouldCancelWhatStillRunsWhenTheGraceHasPassed() {
    var slow = new Slow();
    var server = Local.serve(slow);
    Task<Reply> running = spawn(() -> await(get(Local.uri(server, "/"))));
    slow.begun.await();

    server.close(ofMillis(20));

    assertThat(slow.ended).containsExactly("cancelled");
    assertThat(await(running).status()).isEqualTo(503);
    assertThat(await(running).text()).isEqualTo("the server is going down");
  }

  @HttpTest
  void shouldCancelAtOnceWithoutAGrace() {
    var slow = new Slow();
    Task<Reply> running;
    try (var server = Local.serve(slow)) {
      running = spawn(() -> await(get(Local.uri(server, "/"))));
      slow.begun.await();
    }

    assertThat(slow.ended).containsExactly("cancelled");
    assertThat(await(running).status()).isEqualTo(503);
  }

  @HttpTest
  void shouldBreakOffABodyThatWasCutShort() {
    var slow = new Slow();
    Task<Reply> running;
    try (var server =
        Local.serve(
            (request, response) -> {
              response.write("half");
              slow.handle(request, response);
            })) {
      running = spawn(() -> await(get(Local.uri(server, "/"))));
      slow.begun.await();
    }

    assertThatThrownBy(() -> await(running)).isInstanceOf(UncheckedIOException.class);
  }

  @HttpTest
  void shouldFinishAStreamedBodyAndThenCloseItsConnection() throws Exception {
    var slow = new Slow();
    var server =
        Local.serve(
            (request, response) -> {
              response.write("one ");
              slow.handle(request, response);
            });
    try (Socket socket = onThread(() -> Local.connect(server.port()))) {
      onThread(() -> Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
      slow.begun.await();
      Task<?> closing = spawn(() -> server.close(ofHours(1)));
      while (!server.isClosing()) {
        sleep(ZERO);
      }
      slow.go.set();

      String answer = onThread(() -> Local.readAll(socket));
      await(closing);

      assertThat(answer).endsWith("4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n");
    }
  }

  @HttpTest
  void shouldCloseIdleConnectionsAtOnce() {
    var server = Local.serve((request, response) -> response.send("x"));
    await(get(Local.uri(server, "/")));
    assertThat(server.connections()).isOne();

    server.close(ofHours(1));

    assertThat(server.connections()).isZero();
  }

  @HttpTest
  void shouldEndTheGraceWhenTheCallerIsCancelled() {
    var slow = new Slow();
    var server = Local.serve(slow);
    Task<Reply> running = spawn(() -> await(get(Local.uri(server, "/"))));
    slow.begun.await();

    assertThatThrownBy(() -> withTimeout(ofMillis(20), () -> server.close(ofHours(1))))
        .isInstanceOf(DeadlineExceededException.class);

    assertThat(slow.ended).containsExactly("cancelled");
    assertThat(await(running).status()).isEqualTo(503);
    assertThat(server.connections()).isZero();
  }

  @HttpTest
  void shouldLetJoinersGoOnWhenItIsClosed() {
    var slow = new Slow();
    var server = Local.serve(slow);
    Task<?> joiner = spawn(() -> server.join());
    sleep(ZERO);
    assertThat(joiner.isDone()).isFalse();

    server.close();
    await(joiner);
    server.close();

    assertThat(server.isClosing()).isTrue();
  }

  @HttpTest
  void shouldRefuseToBeClosedByItsOwnHandler() {
    List<WebServer> self = new ArrayList<>();
    List<String> thrown = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                self.getFirst().close();
              } catch (IllegalStateException refused) {
                thrown.add(refused.getMessage());
              }
            })) {
      self.add(server);
      await(get(Local.uri(server, "/stop")));

      assertThat(thrown)
          .containsExactly(
              "close() by a handler of the server it would wait for: request=GET /stop;"
                  + " spawn a task of the loop that closes it");
    }
  }

  @HttpTest
  void shouldEndWithItsLoop() {
    List<String> cancelled = new ArrayList<>();
    Loop other = onThread(() -> Loop.start("other"));
    AsyncEvent here = new AsyncEvent();
    Loop mine = Loop.current();
    WebServer server =
        await(
            other.submit(
                "listen",
                () ->
                    Local.serve(
                        (request, response) -> {
                          mine.execute(here::set);
                          try {
                            sleep(ofHours(1));
                          } finally {
                            cancelled.add("cancelled");
                          }
                        })));
    Task<Reply> running = spawn(() -> await(get(Local.uri(server, "/"))));
    here.await();

    onThread(() -> other.close());

    assertThat(cancelled).containsExactly("cancelled");
    assertThatThrownBy(() -> await(get(Local.uri(server, "/"))))
        .isInstanceOf(UncheckedIOException.class);
    try {
      assertThat(await(running).status()).isEqualTo(503);
    } catch (UncheckedIOException brokenOff) {
      assertThat(brokenOff).hasMessageStartingWith("no complete answer");
    }
  }
}
