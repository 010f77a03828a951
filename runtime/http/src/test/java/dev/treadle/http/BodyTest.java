package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Deferred;
import dev.treadle.sync.AsyncEvent;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.server.HttpServer;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class BodyTest {
  private static Reply post(WebServer server, byte[] body) {
    return await(
        Http.read(
            Http.client()
                .post()
                .uri(Local.uri(server, "/"))
                .send(ByteBufFlux.just(Unpooled.wrappedBuffer(body)))));
  }

  @HttpTest
  void shouldReadTheWholeBody() {
    try (var server = Local.serve((request, response) -> response.send(request.body()))) {
      byte[] large = new byte[700_000];
      new SplittableRandom(7).nextBytes(large);

      assertThat(post(server, new byte[0]).body()).isEmpty();
      assertThat(post(server, large).body()).isEqualTo(large);
      assertThat(await(get(Local.uri(server, "/"))).body()).isEmpty();
    }
  }

  @HttpTest
  void shouldReadTextInTheCharsetOfItsContentType() throws Exception {
    try (var server =
        Local.serve((request, response) -> response.send("[" + request.text() + "]"))) {
      String answer =
          onThread(
              () -> {
                try (Socket socket = Local.connect(server.port())) {
                  Local.send(
                      socket,
                      "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: close\r\n"
                          + "content-type: text/plain; charset=iso-8859-1\r\n\r\n");
                  socket.getOutputStream().write(0xe9);
                  return Local.readAll(socket);
                }
              });

      assertThat(answer).endsWith("[é]");
    }
  }

  @HttpTest
  void shouldAnswer413WhenTheDeclaredLengthIsOverTheLimit() throws Exception {
    List<String> after = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              request.body(10);
              after.add(request.path());
            })) {
      String answer =
          onThread(
              () ->
                  Local.exchange(
                      server.port(),
                      "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\nconnection: close\r\n"
                          + "\r\n12345678901"));

      assertThat(answer)
          .startsWith("HTTP/1.1 413 ")
          .endsWith("body over its limit: limit=10; send less, or in parts");
      assertThat(after).isEmpty();
    }
  }

  @HttpTest
  void shouldAnswer413AndGoOnWhenAChunkedBodyGrowsOverTheLimit() throws Exception {
    try (var server =
        Local.serve(
            (request, response) ->
                response.send(request.method().equals("GET") ? "ok" : request.text(10)))) {
      String answers =
          onThread(
              () -> {
                try (Socket socket = Local.connect(server.port())) {
                  Local.send(
                      socket,
                      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                          + "8\r\n12345678\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n");
                  String first = Local.readUntil(socket, "parts");
                  Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                  return first + Local.readUntil(socket, "ok");
                }
              });

      assertThat(answers).startsWith("HTTP/1.1 413 ").contains("HTTP/1.1 200 ").endsWith("ok");
    }
  }

  @HttpTest
  void shouldNotAskForABodyThatIsTooLong() throws Exception {
    try (var server = Local.serve((request, response) -> request.body(10))) {
      String answer =
          onThread(
              () ->
                  Local.exchange(
                      server.port(),
                      "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n"
                          + "expect: 100-continue\r\n\r\n"));

      assertThat(answer).startsWith("HTTP/1.1 413 ").doesNotContain("100");
    }
  }

  @HttpTest
  void shouldGiveChunksAsTheyArriveAndAnswerBetweenThem() throws Exception {
    try (var server =
        Local.serve(
            (request, response) -> {
              for (byte[] chunk : request.chunks()) {
                response.write(new String(chunk, StandardCharsets.UTF_8).toUpperCase());
              }
            })) {
      String answer =
          onThread(
              () -> {
                try (Socket socket = Local.connect(server.port())) {
                  Local.send(
                      socket,
                      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n"
                          + "connection: close\r\n\r\n3\r\none\r\n");
                  String first = Local.readUntil(socket, "ONE\r\n");
                  Local.send(socket, "3\r\ntwo\r\n0\r\n\r\n");
                  return first + Local.readAll(socket);
                }
              });

      assertThat(answer)
          .containsIgnoringCase("transfer-encoding: chunked")
          .endsWith("3\r\nONE\r\n3\r\nTWO\r\n0\r\n\r\n");
    }
  }

  @HttpTest
  void shouldHoldUpTheClientWhileTheHandlerDoesNotRead() {
    AsyncEvent go = new AsyncEvent();
    Deferred<Long> received = new Deferred<>();
    int chunk = 64 << 10;
    int count = 400;
    int[] sent = new int[1];
    try (var server =
        Local.serve(
            (request, response) -> {
              long all = 0;
              for (byte[] part : request.chunks()) {
                all += part.length;
                go.await();
              }
              received.complete(all);
            })) {
      group(
          g -> {
            g.spawn(
                () ->
                    await(
                        Http.read(
                            Http.client()
                                .post()
                                .uri(Local.uri(server, "/"))
                                .send(
                                    ByteBufFlux.fromInbound(
                                        reactor.core.publisher.Flux.range(0, count)
                                            .map(
                                                n -> {
                                                  sent[0]++;
                                                  return Unpooled.wrappedBuffer(new byte[chunk]);
                                                }))))));
            settle(sent);
            assertThat(sent[0]).isBetween(1, count - 1);
            go.set();
            assertThat(await(received)).isEqualTo((long) chunk * count);
          });
      assertThat(sent[0]).isEqualTo(count);
    }
  }

  @HttpTest
  void shouldHoldUpTheHandlerWhileTheClientDoesNotRead() throws Exception {
    int[] written = new int[1];
    int count = 800;
    HttpServer config =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 2))
            .handle(
                Http.handler(
                    (request, response) -> {
                      byte[] chunk = new byte[32 << 10];
                      for (; written[0] < count; written[0]++) {
                        response.write(chunk);
                      }
                    }));
    try (var server = Http.bind(config);
        Socket socket = onThread(() -> Local.connect(server.port()))) {
      onThread(() -> Local.send(socket, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
      settle(written);
      assertThat(written[0]).isBetween(1, count - 1);

      int read = onThread(() -> socket.getInputStream().readAllBytes().length);

      assertThat(written[0]).isEqualTo(count);
      assertThat(read).isGreaterThan(count * (32 << 10));
    }
  }

  /** Waits until the count stands still while nothing is left to do. */
  static void settle(int[] count) {
    int seen = -1;
    for (int same = 0; same < 5; same = count[0] == seen ? same + 1 : 0) {
      seen = count[0];
      // Real time: it is the kernel's buffers that fill.
      await(Mono.delay(java.time.Duration.ofMillis(20)));
    }
  }

  @HttpTest
  void shouldNotWriteABodyWhereTheStatusHasNone() {
    List<String> thrown = new ArrayList<>();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                response.status(204).write("x");
              } catch (IllegalStateException refused) {
                thrown.add(refused.getMessage());
              }
            })) {
      assertThat(await(get(Local.uri(server, "/"))).status()).isEqualTo(204);
      assertThat(thrown)
          .containsExactly(
              "write() refused: status=204 has no body; set another, or write nothing");
    }
  }

  @HttpTest
  void shouldFailToReadWhenTheClientGoesAwayInTheMidst() throws Exception {
    Deferred<Throwable> thrown = new Deferred<>();
    AsyncEvent reading = new AsyncEvent();
    try (var server =
        Local.serve(
            (request, response) -> {
              try {
                for (byte[] chunk : request.chunks()) {
                  assertThat(chunk).hasSize(3);
                  reading.set();
                }
              } catch (UncheckedIOException failure) {
                thrown.complete(failure);
                throw failure;
              }
            })) {
      try (Socket socket = onThread(() -> Local.connect(server.port()))) {
        onThread(
            () -> Local.send(socket, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc"));
        reading.await();
      }

      assertThat(await(thrown)).hasMessageStartingWith("not received: source=body of POST /");
    }
  }
}
