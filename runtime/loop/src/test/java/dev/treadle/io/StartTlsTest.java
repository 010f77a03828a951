package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Action;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.handler.ssl.SslContext;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class StartTlsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void run(Action<Exception> body) {
    run(Transport.preferred(), body);
  }

  private static void run(Transport transport, Action<Exception> body) {
    Loop.builder().transport(transport).run(body);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldStartTlsOnAConnectionThatHasGoneWithout(Transport transport) {
    run(
        transport,
        () -> {
          SslContext context = Certificates.server();
          try (Server server =
                  Net.listen(
                      ANY_PORT,
                      connection -> {
                        assertThat(connection.reader().readLine()).isEqualTo("STARTTLS");
                        connection.writer().write("OK\n");
                        connection.startTls(context);
                        String line = connection.reader().readLine();
                        connection.writer().write(line + "\n");
                        connection.reader().readLine();
                      });
              Connection connection = Net.connect(server.localAddress())) {
            assertThat(connection.tls()).isNull();
            connection.writer().write("STARTTLS\n");
            assertThat(connection.reader().readLine()).isEqualTo("OK");
            connection.startTls(Certificates.client(), "localhost");
            assertThat(connection.tls()).isNotNull();
            connection.writer().write("secret\n");
            assertThat(connection.reader().readLine()).isEqualTo("secret");
            assertThatIllegalStateException()
                .isThrownBy(() -> connection.startTls(Certificates.client(), "localhost"))
                .withMessageStartingWith("startTls() on a connection that has TLS: ");
          }
        });
  }

  @Test
  void shouldNotWaitForTheHandshakeOfAPeerThatHasLeft() {
    run(
        () -> {
          try (Server leaving = Net.listen(ANY_PORT, connection -> {});
              Connection connection = Net.connect(leaving.localAddress())) {
            assertThat(connection.reader().readLine()).isNull();
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> connection.startTls(Certificates.client(), "localhost"))
                .withMessageStartingWith("startTls() failed: stream=Connection[");
          }
        });
  }

  /** CVE-2011-0411 and its kin: a command slipped in before TLS, obeyed after it. */
  @Test
  void shouldNotTakeWhatCameBeforeTlsForProtected() {
    run(
        () -> {
          Deferred<String> obeyed = new Deferred<>();
          SslContext context = Certificates.server();
          try (Server server =
              Net.listen(
                  ANY_PORT,
                  connection -> {
                    assertThat(connection.reader().readLine()).isEqualTo("STARTTLS");
                    try {
                      connection.startTls(context);
                      obeyed.complete(String.valueOf(connection.reader().readLine()));
                    } catch (RuntimeException refused) {
                      obeyed.complete(String.valueOf(refused.getMessage()));
                    }
                  })) {
            try (Connection connection = Net.connect(server.localAddress())) {
              connection.writer().write("STARTTLS\nDELETE all\n");
              assertThat(await(obeyed))
                  .startsWith("TLS handshake failed: ")
                  .contains("the peer does not speak TLS");
            }
          }
        });
  }
}
