package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.http.Http.client;
import static dev.treadle.http.Http.get;
import static dev.treadle.http.Http.open;
import static dev.treadle.http.Http.read;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.DeadlineExceededException;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.sync.AsyncEvent;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class ClientTest {
  @HttpTest
  void shouldGiveStatusHeadersAndBody() {
    try (var server =
        Local.serve(
            (request, response) ->
                response
                    .status(418)
                    .header("content-type", "text/plain; charset=iso-8859-1")
                    .send(new byte[] {(byte) 0xe9}))) {
      Reply reply = await(get(Local.uri(server, "/")));

      assertThat(reply.status()).isEqualTo(418);
      assertThat(reply.header("Content-Length")).isEqualTo("1");
      assertThat(reply.body()).containsExactly(0xe9);
      assertThat(reply.text()).isEqualTo("é");
      assertThat(reply).hasToString("Reply[418 bytes=1]");
    }
  }

  @HttpTest
  void shouldAwaitReactorNettysOwnMonos() {
    try (var server = Local.serve((request, response) -> response.send("mono"))) {
      assertThat(
              await(
                  client()
                      .get()
                      .uri(Local.uri(server, "/"))
                      .responseContent()
                      .aggregate()
                      .asString()))
          .isEqualTo("mono");
    }
  }

  @HttpTest
  void shouldRunOnTheLoopAndReuseItsConnections(Loop loop) {
    List<Object> seen = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              seen.add(request.netty().connectionRemoteAddress());
              response.send("x");
            })) {
      for (int n = 0; n < 3; n++) {
        await(
            read(
                client()
                    .doOnResponse((r, c) -> seen.add(Thread.currentThread()))
                    .get()
                    .uri(Local.uri(server, "/"))));
        await(get(Local.uri(server, "/")));
      }

      assertThat(seen).hasSize(9);
      assertThat(seen.get(1)).isEqualTo(loop.thread());
      assertThat(server.connections()).isOne();
    }
  }

  @HttpTest
  void shouldFailWhenTheBodyIsOverItsLimit() {
    try (var server = Local.serve((request, response) -> response.send("x".repeat(100_000)))) {
      assertThatThrownBy(() -> await(read(1000, client().get().uri(Local.uri(server, "/")))))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("answer over its limit: limit=1000");
      try (var reply = open(client().get().uri(Local.uri(server, "/")))) {
        assertThatThrownBy(() -> reply.body(1000))
            .hasMessageContaining("answer over its limit: limit=1000");
      }
      try (var reply = open(client().get().uri(Local.uri(server, "/")))) {
        assertThat(reply.text(100_000)).hasSize(100_000);
      }
    }
  }

  @HttpTest
  void shouldReadABodyAsItArrives() {
    AsyncEvent go = new AsyncEvent();
    try (var server =
        Local.serve(
            (request, response) -> {
              response.header("x-first", "yes").write("one");
              go.await();
              response.write("two");
            })) {
      List<String> chunks = new ArrayList<>();
      try (var reply = open(client().get().uri(Local.uri(server, "/")))) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-first")).isEqualTo("yes");
        for (byte[] chunk : reply.chunks()) {
          chunks.add(new String(chunk));
          go.set();
        }
      }

      assertThat(chunks).containsExactly("one", "two");
    }
  }

  @HttpTest
  void shouldCancelTheServersHandlerWhenAStreamIsClosedEarly() {
    Deferred<String> ended = new Deferred<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                response.write("one");
                sleep(ofHours(1));
              } finally {
                ended.complete("ended");
              }
            })) {
      try (var reply = open(client().get().uri(Local.uri(server, "/")))) {
        assertThat(reply.chunks().iterator().next()).hasSize(3);
      }

      assertThat(await(ended)).isEqualTo("ended");
    }
  }

  @HttpTest
  void shouldCancelTheRequestWhenItsTimeRunsOut() {
    Deferred<String> ended = new Deferred<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                sleep(ofHours(1));
              } finally {
                ended.complete(request.path());
              }
            })) {
      assertThatThrownBy(
              () -> withTimeout(ofMillis(50), () -> await(get(Local.uri(server, "/get")))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(await(ended)).isEqualTo("/get");
    }
  }

  @HttpTest
  void shouldCloseTheConnectionWhenOpenIsCancelled() {
    Deferred<String> ended = new Deferred<>();
    AsyncEvent begun = new AsyncEvent();
    try (var server =
        Local.serve(
            (request, response) -> {
              begun.set();
              try {
                sleep(ofHours(1));
              } finally {
                ended.complete("ended");
              }
            })) {
      var opening = spawn(() -> open(client().get().uri(Local.uri(server, "/"))));
      begun.await();
      opening.cancel();

      assertThat(await(ended)).isEqualTo("ended");
    }
  }

  @HttpTest
  void shouldFailWhenNobodyListens() throws Exception {
    int port;
    try (ServerSocket free = onThread(() -> new ServerSocket(0))) {
      port = free.getLocalPort();
    }

    assertThatThrownBy(() -> await(get("http://127.0.0.1:" + port + "/")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("no complete answer: cause=");
    assertThatThrownBy(() -> open(client().get().uri("http://127.0.0.1:" + port + "/")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("no complete answer: cause=");
  }

  @HttpTest
  void shouldFailWhenTheBodyEndsTooEarly() {
    try (var server =
        Local.serve(
            (request, response) -> {
              response.header("content-length", "10").write("five.");
              throw new HttpException(404, "too late");
            })) {
      assertThatThrownBy(
              () -> {
                try (var reply = open(client().get().uri(Local.uri(server, "/")))) {
                  reply.text(100);
                }
              })
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("not received: source=body of http://127.0.0.1:");
    }
  }

  @Test
  void shouldForgetTheClientOfALoopThatHasEnded() throws Exception {
    Loop loop = Loop.start("short");
    await(loop.submit("ask", () -> client()));
    assertThat(Pools.knows(loop)).isTrue();

    loop.close();
    loop.nettyLoop().terminationFuture().sync();

    while (Pools.knows(loop)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldRefuseAClientOffTheLoop() {
    assertThatThrownBy(() -> client()).hasMessageStartingWith("no loop runs on this thread: ");
  }
}
