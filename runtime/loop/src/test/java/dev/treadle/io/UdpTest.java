package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Action;
import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Treadle;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class UdpTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void run(Transport transport, Action<Exception> body) {
    Loop.builder().transport(transport).run(body);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(Datagram datagram) {
    return new String(datagram.bytes(), UTF_8);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGiveTheBytesAndTheSenderWhenADatagramArrives(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket server = UdpSocket.bind(ANY_PORT);
              UdpSocket client = UdpSocket.bind(ANY_PORT)) {
            assertThat(server.localAddress().getPort()).isPositive();
            client.send(bytes("ping"), server.localAddress());
            Datagram ping = server.receive();
            assertThat(text(ping)).isEqualTo("ping");
            assertThat(ping.address()).isEqualTo(client.localAddress());
            server.send(bytes("pong"), ping.address());
            Datagram pong = client.receive();
            assertThat(text(pong)).isEqualTo("pong");
            assertThat(pong.address()).isEqualTo(server.localAddress());
            assertThat(pong).hasToString("Datagram[4 bytes from " + server.localAddress() + "]");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCarryAByteAndTheMostThereCanBe(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket server = UdpSocket.bind(ANY_PORT);
              UdpSocket client = UdpSocket.bind(ANY_PORT)) {
            byte[] most = new byte[65_507];
            most[most.length - 1] = 7;
            client.send(new byte[] {5}, server.localAddress());
            client.send(most, server.localAddress());
            assertThat(server.receive().bytes()).containsExactly(5);
            assertThat(server.receive().bytes()).isEqualTo(most);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldRefuseADatagramThatIsTooLong(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
            InetSocketAddress self = socket.localAddress();
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> socket.send(new byte[65_508], self))
                .withMessage(
                    "datagram too long: bytes=65508 most=65507 address="
                        + self
                        + "; send it in parts");
            socket.send(bytes("fits"), self);
            assertThat(text(socket.receive())).isEqualTo("fits");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCarryADatagramWithoutBytesInItsPlace(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket one = UdpSocket.bind(ANY_PORT);
              UdpSocket other = UdpSocket.bind(ANY_PORT)) {
            one.send(bytes("before"), other.localAddress());
            one.send(new byte[0], other.localAddress());
            one.send(new byte[0], other.localAddress());
            one.send(bytes("after"), other.localAddress());
            assertThat(text(other.receive())).isEqualTo("before");
            assertThat(other.receive().bytes()).isEmpty();
            Datagram second = other.receive();
            assertThat(second.bytes()).isEmpty();
            assertThat(second.address()).isEqualTo(one.localAddress());
            assertThat(text(other.receive())).isEqualTo("after");
            assertThat(other.poll()).isNull();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReceiveDatagramsWithoutBytesWhenConnected(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket server = UdpSocket.bind(ANY_PORT);
              UdpSocket client = UdpSocket.connect(server.localAddress())) {
            InetSocketAddress back = client.localAddress();
            for (int round = 0; round < 3; round++) {
              server.send(new byte[0], back);
              server.send(new byte[0], back);
              server.send(bytes("after"), back);
              Datagram first = client.receive();
              assertThat(first.bytes()).isEmpty();
              assertThat(first.address()).isEqualTo(server.localAddress());
              assertThat(client.receive().bytes()).isEmpty();
              assertThat(text(client.receive())).isEqualTo("after");
            }
            byte[] most = new byte[65_507];
            most[most.length - 1] = 7;
            server.send(most, back);
            assertThat(client.receive().bytes()).isEqualTo(most);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldSendADatagramWithoutBytesWhenConnectedOrSayThatItCannot(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket server = UdpSocket.bind(ANY_PORT);
              UdpSocket client = UdpSocket.connect(server.localAddress())) {
            if (transport == Transport.NIO) {
              assertThatExceptionOfType(UncheckedIOException.class)
                  .isThrownBy(() -> client.send(new byte[0]))
                  .withMessage(
                      "datagram empty: bytes=0 transport=nio socket="
                          + client
                          + "; send a byte, or send it by a socket that is bound and not connected");
            } else {
              client.send(new byte[0]);
              assertThat(server.receive().bytes()).isEmpty();
            }
            client.send(bytes("after"));
            assertThat(text(server.receive())).isEqualTo("after");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGoOnWhenNobodyListensAtTheOtherEnd(Transport transport) {
    run(
        transport,
        () -> {
          UdpSocket gone = UdpSocket.bind(ANY_PORT);
          gone.close();
          try (UdpSocket client = UdpSocket.connect(gone.localAddress())) {
            assertThat(client.remoteAddress()).isEqualTo(gone.localAddress());
            client.send(bytes("anybody?"));
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(client::receive)
                .withMessageStartingWith("datagram came back: socket=UdpSocket[")
                .withMessageEndingWith("; something sent before did not arrive; receive again")
                .withCauseInstanceOf(PortUnreachableException.class);
            try (UdpSocket back = UdpSocket.bind(gone.localAddress())) {
              client.send(bytes("and now?"));
              Datagram heard = back.receive();
              assertThat(text(heard)).isEqualTo("and now?");
              back.send(bytes("yes"), heard.address());
              assertThat(text(client.receive())).isEqualTo("yes");
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldHearNobodyElseWhenConnected(Transport transport) {
    run(
        transport,
        () -> {
          try (UdpSocket friend = UdpSocket.bind(ANY_PORT);
              UdpSocket stranger = UdpSocket.bind(ANY_PORT);
              UdpSocket client = UdpSocket.connect(friend.localAddress())) {
            client.send(bytes("hello"));
            InetSocketAddress address = friend.receive().address();
            stranger.send(bytes("hey"), address);
            friend.send(bytes("hello to you"), address);
            assertThat(text(client.receive())).isEqualTo("hello to you");
            assertThat(client.poll()).isNull();
            assertThatIllegalStateException()
                .isThrownBy(() -> client.send(bytes("x"), friend.localAddress()))
                .withMessageEndingWith("; use send(bytes)");
            assertThatIllegalStateException()
                .isThrownBy(() -> friend.send(bytes("x")))
                .withMessageEndingWith("; use send(bytes, address), or UdpSocket.connect(address)");
          }
        });
  }

  @Test
  void shouldDropAndCountWhatComesWhileTheQueueIsFull() {
    run(
        Transport.preferred(),
        () -> {
          try (UdpSocket server = UdpSocket.options().queue(2).bind(ANY_PORT);
              UdpSocket client = UdpSocket.bind(ANY_PORT)) {
            for (int n = 1; n <= 5; n++) {
              client.send(bytes("" + n), server.localAddress());
            }
            while (server.dropped() < 3) {
              yieldNow();
            }
            assertThat(text(server.receive())).isEqualTo("1");
            assertThat(text(server.receive())).isEqualTo("2");
            assertThat(server.poll()).isNull();
            client.send(bytes("6"), server.localAddress());
            assertThat(text(server.receive())).isEqualTo("6");
            assertThat(server.dropped()).isEqualTo(3);
          }
        });
  }

  @Test
  void shouldServeReceiversInTheOrderInWhichTheyCame() {
    run(
        Transport.preferred(),
        () -> {
          try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
            List<Task<String>> receivers = new ArrayList<>();
            for (int n = 0; n < 3; n++) {
              receivers.add(spawn(() -> text(socket.receive())));
            }
            yieldNow();
            receivers.get(1).cancel();
            yieldNow();
            socket.send(bytes("1"), socket.localAddress());
            socket.send(bytes("2"), socket.localAddress());
            assertThat(await(receivers.get(0))).isEqualTo("1");
            assertThat(await(receivers.get(2))).isEqualTo("2");
            assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> await(receivers.get(1)));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndThoseWhoWaitWhenClosed(Transport transport) {
    run(
        transport,
        () -> {
          UdpSocket socket = UdpSocket.bind(ANY_PORT);
          Task<Datagram> receiver = spawn(socket::receive);
          yieldNow();
          assertThat(Loop.current().dump()).contains("receive UdpSocket[" + socket.localAddress());
          socket.close();
          assertThat(socket.isClosed()).isTrue();
          assertThat(socket.channel().isOpen()).as("closed when close() returns").isFalse();
          String refused =
              "UdpSocket[" + socket.localAddress() + " closed] is closed; end the task";
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> await(receiver))
              .withMessageStartingWith("receive() refused: socket=" + refused)
              .withCauseInstanceOf(ClosedChannelException.class);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> socket.send(bytes("late"), ANY_PORT))
              .withMessageStartingWith("send() refused: socket=" + refused);
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(socket::poll)
              .withMessageStartingWith("poll() refused: socket=" + refused);
          socket.close();
        });
  }

  @Test
  void shouldCloseInACancelledScope() {
    run(
        Transport.preferred(),
        () -> {
          CancelScope scope = new CancelScope();
          UdpSocket[] opened = new UdpSocket[1];
          scope.run(
              () -> {
                try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
                  opened[0] = socket;
                  scope.cancel();
                  socket.receive();
                }
              });
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(opened[0].channel().isOpen()).isFalse();
        });
  }

  @Test
  void shouldSayWhatFailedWhenTheAddressIsTakenOrUnknown() {
    run(
        Transport.preferred(),
        () -> {
          try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> UdpSocket.bind(socket.localAddress()))
                .withMessageStartingWith(
                    "bind failed: UDP address=" + socket.localAddress() + " cause=")
                .withMessageEndingWith("; choose another address, or port 0 for any free one")
                .withMessageContaining("Address already in use")
                .withCauseInstanceOf(IOException.class);
            InetSocketAddress unresolved = InetSocketAddress.createUnresolved("example.org", 53);
            assertThatIllegalArgumentException()
                .isThrownBy(() -> socket.send(bytes("x"), unresolved))
                .withMessageEndingWith("; ask Dns.resolve(host) first");
            assertThatIllegalArgumentException()
                .isThrownBy(() -> UdpSocket.options().queue(0))
                .withMessageStartingWith("queue must be positive: datagrams=0");
          }
        });
  }

  @Test
  void shouldSetOptionsOfTheChannel() {
    run(
        Transport.preferred(),
        () -> {
          try (UdpSocket plain = UdpSocket.bind(ANY_PORT);
              UdpSocket broadcast =
                  UdpSocket.options().option(ChannelOption.SO_BROADCAST, true).bind(ANY_PORT)) {
            assertThat(plain.channel().config().isBroadcast()).isFalse();
            assertThat(broadcast.channel().config().isBroadcast()).isTrue();
          }
        });
  }

  @Test
  void shouldRefuseOtherThreadsAndCallbacks() {
    run(
        Transport.preferred(),
        () -> {
          try (UdpSocket socket = UdpSocket.bind(ANY_PORT)) {
            Treadle.onThread(
                () ->
                    assertThatIllegalStateException()
                        .isThrownBy(() -> socket.send(bytes("x"), ANY_PORT))
                        .withMessageStartingWith("send() on a wrong thread: "));
            List<String> refused = new ArrayList<>();
            Loop.current()
                .callSoon(
                    () -> {
                      try {
                        socket.receive();
                      } catch (IllegalStateException e) {
                        refused.add(String.valueOf(e.getMessage()));
                      }
                    });
            sleep(Duration.ZERO);
            assertThat(refused).singleElement().asString().startsWith("receive() in a callback");
          }
        });
  }
}
