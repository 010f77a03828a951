package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.gather;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.http.Http.read;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Cancelled;
import dev.treadle.Deferred;
import dev.treadle.sync.AsyncEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** HTTP/2 by Reactor Netty's own builders: in the clear with prior knowledge, and over TLS. */
@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class Http2Test {
  private static WebServer serve(HttpHandler handler) {
    return Http.bind(
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .protocol(HttpProtocol.H2C, HttpProtocol.HTTP11)
            .handle(Http.handler(handler)));
  }

  private static HttpClient client() {
    return Http.client().protocol(HttpProtocol.H2C);
  }

  @HttpTest
  void shouldAnswerInTheClear() {
    try (var server =
        serve(
            (request, response) ->
                response.header("x-protocol", request.netty().protocol()).send(request.text()))) {
      Reply reply =
          await(
              read(
                  client()
                      .post()
                      .uri(Local.uri(server, "/"))
                      .send(
                          reactor.netty.ByteBufFlux.fromString(
                              reactor.core.publisher.Mono.just("hi")))));

      assertThat(reply.text()).isEqualTo("hi");
      assertThat(reply.header("x-protocol")).isEqualTo("HTTP/2.0");
    }
  }

  @HttpTest
  void shouldAnswerHttp1OnTheSamePort() {
    try (var server = serve((request, response) -> response.send(request.netty().protocol()))) {
      assertThat(await(Http.get(Local.uri(server, "/"))).text()).isEqualTo("HTTP/1.1");
    }
  }

  @HttpTest
  void shouldServeManyStreamsOfOneConnectionAtOnce() {
    AsyncEvent all = new AsyncEvent();
    int[] waiting = new int[1];
    int count = 20;
    try (var server =
        serve(
            (request, response) -> {
              if (++waiting[0] == count) {
                all.set();
              }
              all.await();
              response.send(request.path());
            })) {
      // One first, so that there is a connection to share.
      HttpClient client = client();
      List<String> bodies =
          gather(
              IntStream.range(0, count)
                  .<java.util.concurrent.Callable<String>>mapToObj(
                      n -> () -> await(read(client.get().uri(Local.uri(server, "/" + n)))).text())
                  .toList());

      assertThat(bodies)
          .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(n -> "/" + n).toList());
      assertThat(server.connections()).isLessThan(count);
    }
  }

  @HttpTest
  void shouldStreamBothWays() {
    List<Integer> sizes = new ArrayList<>();
    try (var server =
        serve(
            (request, response) -> {
              for (byte[] chunk : request.chunks()) {
                response.write(chunk);
              }
            })) {
      byte[] sent = new byte[300_000];
      new java.util.SplittableRandom(1).nextBytes(sent);
      try (var answer =
          Http.open(
              client()
                  .post()
                  .uri(Local.uri(server, "/"))
                  .send(
                      reactor.netty.ByteBufFlux.just(
                          io.netty.buffer.Unpooled.wrappedBuffer(sent))))) {
        var received = new java.io.ByteArrayOutputStream();
        for (byte[] chunk : answer.chunks()) {
          received.writeBytes(chunk);
          sizes.add(chunk.length);
        }
        assertThat(received.toByteArray()).isEqualTo(sent);
      }
      assertThat(sizes).hasSizeGreaterThan(1);
    }
  }

  @HttpTest
  void shouldCancelTheHandlerOfAStreamThatIsReset() {
    Deferred<String> ended = new Deferred<>();
    AsyncEvent begun = new AsyncEvent();
    try (var server =
        serve(
            (request, response) -> {
              begun.set();
              try {
                sleep(ofHours(1));
              } catch (Cancelled cancelled) {
                ended.complete("cancelled");
                throw cancelled;
              }
            })) {
      var asking = spawn(() -> await(read(client().get().uri(Local.uri(server, "/")))));
      begun.await();
      asking.cancel();

      assertThat(await(ended)).isEqualTo("cancelled");
    }
  }

  @HttpTest
  void shouldFinishRunningStreamsWithinTheGrace() {
    AsyncEvent begun = new AsyncEvent();
    AsyncEvent go = new AsyncEvent();
    var server =
        serve(
            (request, response) -> {
              begun.set();
              go.await();
              response.send("in time");
            });
    var asking = spawn(() -> await(read(client().get().uri(Local.uri(server, "/")))));
    begun.await();
    var closing = spawn(() -> server.close(ofHours(1)));
    while (!server.isClosing()) {
      sleep(java.time.Duration.ZERO);
    }
    go.set();

    assertThat(await(asking).text()).isEqualTo("in time");
    await(closing);
    assertThat(server.connections()).isZero();
  }

  @HttpTest
  void shouldAnswer503WhenCancelledAtTheEndOfTheGrace() {
    AsyncEvent begun = new AsyncEvent();
    var server =
        serve(
            (request, response) -> {
              begun.set();
              sleep(ofHours(1));
            });
    var asking = spawn(() -> await(read(client().get().uri(Local.uri(server, "/")))));
    begun.await();

    server.close(java.time.Duration.ofMillis(20));

    assertThat(await(asking).status()).isEqualTo(503);
  }
}
