package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.http.Http.webSocket;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Cancelled;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.sync.AsyncEvent;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import reactor.core.publisher.Flux;

@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class WebSocketTest {
  private static WebServer serve(WebSocketHandler handler) {
    return Local.serve(routes -> routes.ws("/chat", webSocket(handler)));
  }

  /** Talks to the server, and waits until the talk is over. */
  private static void talk(WebServer server, WebSocketHandler handler) {
    await(
        Flux.from(
                Http.client()
                    .websocket()
                    .uri("ws://127.0.0.1:" + server.port() + "/chat")
                    .handle(webSocket(handler)))
            .then());
  }

  @HttpTest
  void shouldReceiveAndSendInPlainSequence(Loop loop) {
    List<Object> seen = new ArrayList<>();
    try (var server =
        serve(
            socket -> {
              seen.add(socket.headers().get("host"));
              for (WebSocket.Message message : socket.messages()) {
                switch (message) {
                  case WebSocket.Text text -> socket.send(text.text() + "!");
                  case WebSocket.Binary bytes -> socket.send(bytes.bytes());
                }
              }
              seen.add("closed " + socket.closeStatus());
            })) {
      talk(
          server,
          socket -> {
            socket.send("hé");
            seen.add(socket.receive());
            socket.send(new byte[] {1, 2});
            seen.add(((WebSocket.Binary) socket.receive()).bytes());
            socket.close(1000, "done");
          });
      while (seen.size() < 4) {
        dev.treadle.Treadle.yieldNow();
      }

      assertThat(seen)
          .containsExactly(
              "127.0.0.1:" + server.port(),
              new WebSocket.Text("hé!"),
              new byte[] {1, 2},
              "closed 1000");
    }
  }

  @HttpTest
  void shouldCloseNormallyWhenTheHandlerEnds() {
    List<Object> seen = new ArrayList<>();
    try (var server = serve(socket -> socket.send("bye"))) {
      talk(
          server,
          socket -> {
            for (String text : socket.texts()) {
              seen.add(text);
            }
            seen.add(socket.closeStatus());
          });

      assertThat(seen).containsExactly("bye", 1000);
    }
  }

  @HttpTest
  void shouldReportAndCloseWith1011WhenTheHandlerThrows(Loop loop) {
    List<String> reports = new ArrayList<>();
    loop.setFailureHandler((source, failure) -> reports.add(source + ": " + failure.getMessage()));
    List<Object> seen = new ArrayList<>();
    try (var server =
        serve(
            socket -> {
              throw new IllegalStateException("broken");
            })) {
      talk(
          server,
          socket -> {
            seen.add(socket.receive());
            seen.add(socket.closeStatus());
          });

      assertThat(seen).containsExactly(null, 1011);
      assertThat(reports)
          .singleElement()
          .asString()
          .matches("handler of WebSocket /127.0.0.1:\\d+: broken");
    }
  }

  @HttpTest
  void shouldCloseWith1009WhenAMessageIsOverTheLimit(Loop loop) {
    List<Object> seen = new ArrayList<>();
    List<Throwable> reports = new ArrayList<>();
    loop.setFailureHandler((source, failure) -> reports.add(failure));
    try (var server =
        Local.serve(
            routes ->
                routes.ws(
                    "/chat",
                    webSocket(
                        10,
                        socket -> {
                          for (String text : socket.texts()) {
                            seen.add(text);
                          }
                        })))) {
      talk(
          server,
          socket -> {
            socket.send("0123456789");
            socket.send("0123456789a");
            seen.add(socket.receive());
            seen.add(socket.closeStatus());
          });

      assertThat(seen).containsExactly("0123456789", null, 1009);
      assertThat(reports).isEmpty();
    }
  }

  @HttpTest
  void shouldRefuseABinaryMessageWhereTextIsExpected(Loop loop) {
    Deferred<String> thrown = new Deferred<>();
    try (var server =
        serve(
            socket -> {
              try {
                for (String text : socket.texts()) {
                  thrown.complete(text);
                }
              } catch (IllegalStateException refused) {
                thrown.complete(refused.getMessage());
              }
            })) {
      talk(server, socket -> socket.send(new byte[1]));

      assertThat(await(thrown)).startsWith("a binary message where text was expected: ");
    }
  }

  @HttpTest
  void shouldRefuseASecondReceiver() {
    List<String> thrown = new ArrayList<>();
    try (var server =
        serve(
            socket ->
                group(
                    g -> {
                      g.spawnEager("first", () -> socket.receive());
                      try {
                        socket.receive();
                      } catch (IllegalStateException refused) {
                        thrown.add(refused.getMessage());
                      }
                      socket.send("go");
                    }))) {
      talk(
          server,
          socket -> {
            socket.receive();
            socket.send("end");
            socket.receive();
          });

      assertThat(thrown)
          .singleElement()
          .asString()
          .startsWith("two tasks read: source=messages of");
    }
  }

  @HttpTest
  void shouldCancelAHandlerThatDoesNotListenWhenTheClientIsGone() throws Exception {
    Deferred<String> ended = new Deferred<>();
    AsyncEvent begun = new AsyncEvent();
    try (var server =
        serve(
            socket -> {
              begun.set();
              try {
                sleep(ofHours(1));
              } catch (Cancelled cancelled) {
                ended.complete("cancelled");
                throw cancelled;
              }
            })) {
      try (Socket raw = onThread(() -> handshake(server))) {
        assertThat(raw.isConnected()).isTrue();
        begun.await();
      }

      assertThat(await(ended)).isEqualTo("cancelled");
    }
  }

  @HttpTest
  void shouldGiveNoMessageWhenTheClientIsGone() throws Exception {
    Deferred<Object> ended = new Deferred<>();
    AsyncEvent begun = new AsyncEvent();
    try (var server =
        serve(
            socket -> {
              begun.set();
              ended.complete(String.valueOf(socket.receive()) + " " + socket.closeStatus());
              assertThatThrownBy(() -> socket.send("late"))
                  .isInstanceOf(UncheckedIOException.class);
            })) {
      try (Socket raw = onThread(() -> handshake(server))) {
        assertThat(raw.isConnected()).isTrue();
        begun.await();
      }

      assertThat(await(ended)).isEqualTo("null -1");
    }
  }

  private static Socket handshake(WebServer server) throws java.io.IOException {
    Socket socket = Local.connect(server.port());
    Local.send(
        socket,
        "GET /chat HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    assertThat(Local.readUntil(socket, "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    return socket;
  }

  @HttpTest
  void shouldHoldUpTheSenderWhileTheOtherSideDoesNotRead() {
    int count = 1_500;
    int[] sent = new int[1];
    AsyncEvent go = new AsyncEvent();
    try (var server =
        serve(
            socket -> {
              byte[] message = new byte[16 << 10];
              for (; sent[0] < count; sent[0]++) {
                socket.send(message);
              }
            })) {
      int[] received = new int[1];
      var talk =
          spawn(
              () ->
                  talk(
                      server,
                      socket -> {
                        go.await();
                        for (WebSocket.Message message : socket.messages()) {
                          received[0] += ((WebSocket.Binary) message).bytes().length;
                        }
                      }));
      BodyTest.settle(sent);
      assertThat(sent[0]).isBetween(1, count - 1);
      go.set();
      await(talk);

      assertThat(sent[0]).isEqualTo(count);
      assertThat(received[0]).isEqualTo(count * (16 << 10));
    }
  }

  @HttpTest
  void shouldTellTheClientWhenTheServerGoesDown() {
    List<Object> seen = new ArrayList<>();
    AsyncEvent connected = new AsyncEvent();
    var server = serve(socket -> sleep(ofHours(1)));
    var talk =
        spawn(
            () ->
                talk(
                    server,
                    socket -> {
                      connected.set();
                      seen.add(socket.receive());
                      seen.add(socket.closeStatus());
                    }));
    connected.await();
    server.close();
    await(talk);

    assertThat(seen).containsExactly(null, 1001);
  }
}
