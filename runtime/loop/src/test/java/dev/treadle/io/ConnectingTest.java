package dev.treadle.io;

import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Action;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.Until;
import dev.treadle.Virtually;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class ConnectingTest {
  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  private static void echo(Connection connection) {
    StreamReader reader = connection.reader();
    for (ByteBuf bytes = reader.readBuffer(); bytes != null; bytes = reader.readBuffer()) {
      connection.writer().write(bytes);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNameTheAddressThatRefuses(Transport transport) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Loopback.run(
        transport,
        () -> {
          for (Action<Exception> connect :
              List.<Action<Exception>>of(
                  () -> Net.connect(new InetSocketAddress("127.0.0.1", port)),
                  () -> Net.connect("127.0.0.1", port))) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(connect::run)
                .withMessageStartingWith("connect failed: address=127.0.0.1:" + port + " cause=")
                .withMessageContaining("refused")
                .withMessageEndingWith("; check that a server listens there");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldConnectByName(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listen(Loopback.ANY, ConnectingTest::echo);
              Connection connection = Net.connect("localhost", Loopback.address(server).getPort());
              Connection unresolved =
                  Net.connect(
                      InetSocketAddress.createUnresolved(
                          "localhost", Loopback.address(server).getPort()))) {
            connection.writer().write("a\n");
            unresolved.writer().write("b\n");
            assertThat(connection.reader().readLine()).isEqualTo("a");
            assertThat(unresolved.reader().readLine()).isEqualTo("b");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCloseTheSocketWhenConnectingIsCancelled(Transport transport) throws Exception {
    // Nobody accepts, and the backlog of one soon is full: then connecting takes for ever.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Loopback.run(
          transport,
          () -> {
            Task<?> connecting = spawn(() -> Net.connect(full.getLocalSocketAddress()).abort());
            connecting.cancel();
            awaitUntil(Until.ALL_COMPLETED, List.of(connecting));
            assertThat(connecting.isCancelled()).isTrue();
            Task<?> later =
                spawn(
                    () -> {
                      Loopback.cancelThisTask();
                      Net.connect(full.getLocalSocketAddress());
                    });
            awaitUntil(Until.ALL_COMPLETED, List.of(later));
            assertThat(later.isCancelled()).isTrue();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldUseTheOptionsItIsGiven(Transport transport) {
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.options()
                      .option(ChannelOption.SO_KEEPALIVE, true)
                      .listen(
                          Loopback.ANY,
                          connection ->
                              connection
                                  .writer()
                                  .write(
                                      connection
                                              .channel()
                                              .config()
                                              .getOption(ChannelOption.SO_KEEPALIVE)
                                          + "\n"));
              Connection connection =
                  Net.options()
                      .option(ChannelOption.TCP_NODELAY, false)
                      .writeWaterMarks(1, 2)
                      .readWaterMarks(0, 5)
                      .connect(server.localAddress())) {
            assertThat(connection.reader().readLine()).isEqualTo("true");
            assertThat(connection.channel().config().getOption(ChannelOption.TCP_NODELAY))
                .isFalse();
            assertThat(connection.channel().config().getWriteBufferHighWaterMark()).isEqualTo(2);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldLeakNothingWhenNobodyReadsOrCloses(Transport transport) {
    Virtually.loop()
        .transport(transport)
        .run(
            () -> {
              Server server =
                  Net.listen(
                      Loopback.ANY, connection -> connection.writer().write(new byte[1 << 20]));
              Connection connection = Net.connect(server.localAddress());
              sleep(Duration.ofSeconds(1));
              assertThat(connection.reader().buffered()).isPositive();
            });
  }
}
