package dev.treadle.io;

import static dev.treadle.Treadle.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Transport;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the NIO transport's there are not tried")
class UnixSocketTest {
  @TempDir Path directory;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  private static void echo(Connection connection) {
    for (String line : connection.reader().lines()) {
      connection.writer().write(line + "\n");
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldTalkOverAFileAndDeleteItWhenClosed(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listenUnix(path, UnixSocketTest::echo);
              Connection connection = Net.connectUnix(path);
              Connection other = Net.options().connectUnix(path)) {
            assertThat(Files.exists(path)).isTrue();
            assertThat(server.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
            assertThat(connection.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
            assertThat(connection).hasToString("Connection[unnamed to " + path + "]");
            for (Connection each : new Connection[] {connection, other}) {
              each.writer().write("Hello\n");
              assertThat(each.reader().readLine()).isEqualTo("Hello");
            }
          }
          assertThat(Files.exists(path)).isFalse();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldAnswerAfterThePeerHasClosedItsOutput(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.listenUnix(
                      path,
                      connection ->
                          connection
                              .writer()
                              .write("got " + connection.reader().readAll(99).length));
              Connection connection = Net.connectUnix(path)) {
            connection.writer().write("12345");
            connection.writer().closeOutput();
            assertThat(connection.reader().readLine()).isEqualTo("got 5");
            assertThat(server.isAccepting()).isTrue();
          }
        });
  }

  /** More than one read of the socket takes, and an answer larger than its buffers. */
  @ParameterizedTest
  @MethodSource("transports")
  void shouldCloseOneDirectionAfterTheOther(Transport transport) {
    Path path = directory.resolve("socket");
    int size = 3 << 20;
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.listenUnix(
                      path,
                      connection -> {
                        byte[] all = connection.reader().readAll(size);
                        // It has not been closed meanwhile, also when the loop has turned.
                        sleep(Duration.ofSeconds(1));
                        connection.writer().write(all);
                        connection.writer().closeOutput();
                      });
              Connection connection = Net.connectUnix(path)) {
            connection.writer().write(new byte[size]);
            connection.writer().closeOutput();
            assertThat(connection.reader().readAll(size)).hasSize(size);
            assertThat(connection.reader().isAtEnd()).isTrue();
            sleep(Duration.ofSeconds(1));
            assertThat(server.connections()).isEmpty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldFailToWriteWhenThePeerHasClosedBothDirections(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listenUnix(path, connection -> {});
              Connection connection = Net.connectUnix(path)) {
            assertThat(connection.reader().readLine()).isNull();
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(
                    () -> {
                      while (true) {
                        connection.writer().write("into the void\n");
                        connection.writer().flush();
                      }
                    })
                .withMessageContaining("Connection[unnamed to " + path + "]");
            assertThat(server.connections()).isEmpty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldSeeThatThePeerHasClosed(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.listenUnix(path, connection -> connection.writer().write("bye"));
              Connection connection = Net.connectUnix(path)) {
            sleep(Duration.ofSeconds(1));
            assertThat(connection.reader().lines()).containsExactly("bye");
            assertThat(server.connections()).isEmpty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReplaceAFileThatAServerHasLeftBehind(Transport transport) throws Exception {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
          }
          assertThat(Files.exists(path)).isTrue();
          try (Server server = Net.listenUnix(path, UnixSocketTest::echo);
              Connection connection = Net.connectUnix(path)) {
            connection.writer().write("x\n");
            assertThat(connection.reader().readLine()).isEqualTo("x");
            assertThat(server.isAccepting()).isTrue();
          }
          Files.writeString(path, "precious");
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> Net.listenUnix(path, UnixSocketTest::echo))
              .withMessageContaining("is there and not a socket");
          assertThat(path).hasContent("precious");
          Files.delete(path);
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldHoldUpAWriterWhosePeerDoesNotRead(Transport transport) {
    Path path = directory.resolve("socket");
    int size = 4 << 20;
    Loopback.run(
        transport,
        () -> {
          try (Server server =
                  Net.listenUnix(path, connection -> connection.writer().write(new byte[size]));
              Connection connection = Net.connectUnix(path)) {
            sleep(Duration.ofSeconds(10));
            assertThat(server.connections()).hasSize(1);
            assertThat(connection.reader().buffered()).isLessThan(size / 2);
            assertThat(connection.reader().readAll(size)).hasSize(size);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldEndAtOnceWhenAborted(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listenUnix(path, Connection::abort);
              Connection connection = Net.connectUnix(path)) {
            assertThat(connection.reader().readLine()).isNull();
            assertThat(server.connections()).isEmpty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNameThePathThatIsTakenAndTheOneThatIsNot(Transport transport) {
    Path path = directory.resolve("socket");
    Loopback.run(
        transport,
        () -> {
          try (Server server = Net.listenUnix(path, UnixSocketTest::echo)) {
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Net.listenUnix(path, UnixSocketTest::echo))
                .withMessage(
                    "listen failed: address="
                        + path
                        + " cause=a server is there; choose another path");
            assertThat(server.isAccepting()).isTrue();
            assertThat(Files.exists(path)).isTrue();
          }
          assertThatExceptionOfType(UncheckedIOException.class)
              .isThrownBy(() -> Net.connectUnix(path))
              .withMessageStartingWith("connect failed: address=" + path + " cause=");
        });
  }
}
