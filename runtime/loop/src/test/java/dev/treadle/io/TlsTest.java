package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.Action;
import dev.treadle.CancelScope;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.X509Bundle;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(Leaks.class)
class TlsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void run(Action<Exception> body) {
    run(Transport.preferred(), body);
  }

  private static void run(Transport transport, Action<Exception> body) {
    List<Throwable> unhandled = new ArrayList<>();
    Loop.builder()
        .transport(transport)
        .onFailure((source, failure) -> unhandled.add(failure))
        .run(body);
    assertThat(unhandled).isEmpty();
  }

  private static Server listen(SslContext context, ConnectionHandler handler) {
    return Net.options().tls(context).listen(ANY_PORT, handler);
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** The host is looked up in the hosts file, and verified. */
  private static Connection connect(SslContext context, Server server) {
    return Net.options().tls(context).connect("localhost", port(server));
  }

  private static void echo(Connection connection) {
    for (String line : connection.reader().lines()) {
      connection.writer().write(line + "\n");
    }
  }

  private static void echoBytes(Connection connection) {
    for (ByteBuf bytes = connection.reader().readBuffer();
        bytes != null;
        bytes = connection.reader().readBuffer()) {
      connection.writer().write(bytes);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCarryBothWays(Transport transport) {
    run(
        transport,
        () -> {
          byte[] much = new byte[1 << 20];
          Arrays.fill(much, (byte) 'x');
          try (Server server = listen(Certificates.server(), TlsTest::echoBytes);
              Connection connection = connect(Certificates.client(), server)) {
            group(
                g -> {
                  g.spawn(() -> connection.writer().write(much));
                  assertThat(connection.reader().readExactly(much.length)).isEqualTo(much);
                });
            TlsSession tls = requireNonNull(connection.tls());
            assertThat(tls.protocol()).isEqualTo("TLSv1.3");
            assertThat(tls.applicationProtocol()).isNull();
            assertThat(tls.peerCertificates().get(0))
                .isEqualTo(Certificates.SERVER.getCertificate());
            assertThat(tls.toString()).startsWith("TlsSession[TLSv1.3 TLS_");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldSayTheEndWhenOutputOrConnectionIsClosed(Transport transport) {
    run(
        transport,
        () -> {
          Deferred<byte[]> all = new Deferred<>();
          try (Server server =
                  listen(
                      Certificates.server(),
                      connection -> {
                        all.complete(connection.reader().readAll(100));
                        connection.writer().write("after your end");
                      });
              Connection connection = connect(Certificates.client(), server)) {
            connection.writer().write("all of it");
            connection.writer().closeOutput();
            assertThat(await(all)).asString(UTF_8).isEqualTo("all of it");
            assertThat(connection.reader().readAll(100))
                .asString(UTF_8)
                .isEqualTo("after your end");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"aborted", "closed in a cancelled scope", "cut on the way"})
  void shouldFailWhenTheStreamIsCutOff(String how) {
    run(
        () -> {
          try (Server server =
                  listen(
                      Certificates.server(),
                      connection -> {
                        connection.writer().write("half a mess");
                        connection.reader().readLine();
                        cutOff(connection, how);
                      });
              Connection connection = connect(Certificates.client(), server)) {
            assertThat(connection.reader().readExactly(11))
                .asString(UTF_8)
                .isEqualTo("half a mess");
            connection.writer().write("go\n");
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> connection.reader().readAll(100))
                .withMessageStartingWith("readAll() failed: stream=Connection[")
                .withMessageContaining(
                    how.equals("aborted")
                        ? "cause="
                        : "cause=cut off: the peer has closed without TLS's close_notify");
          }
        });
  }

  private static void cutOff(Connection connection, String how) {
    switch (how) {
      case "aborted" -> connection.abort();
      case "closed in a cancelled scope" -> {
        CancelScope scope = new CancelScope();
        scope.run(
            () -> {
              scope.cancel();
              connection.close();
            });
      }
      // Below TLS.
      default -> connection.channel().unsafe().close(connection.channel().newPromise());
    }
  }

  @Test
  void shouldChooseAProtocolByAlpn() {
    run(
        () -> {
          Deferred<TlsSession> atServer = new Deferred<>();
          SslContext context =
              Certificates.serverBuilder(Certificates.SERVER)
                  .applicationProtocolConfig(Certificates.alpn("h2", "http/1.1"))
                  .build();
          try (Server server =
              listen(
                  context,
                  connection -> {
                    atServer.complete(requireNonNull(connection.tls()));
                    echo(connection);
                  })) {
            SslContext client =
                Certificates.clientBuilder()
                    .applicationProtocolConfig(Certificates.alpn("other", "http/1.1"))
                    .build();
            try (Connection connection = connect(client, server)) {
              TlsSession tls = requireNonNull(connection.tls());
              assertThat(tls.applicationProtocol()).isEqualTo("http/1.1");
              assertThat(tls).asString().endsWith(" http/1.1]");
              TlsSession accepted = await(atServer);
              assertThat(accepted.applicationProtocol()).isEqualTo("http/1.1");
              assertThat(accepted.peerCertificates()).isEmpty();
            }
          }
        });
  }

  @Test
  void shouldKnowTheClientByItsCertificate() {
    run(
        () -> {
          Deferred<TlsSession> known = new Deferred<>();
          try (Server server =
              listen(
                  Certificates.mutualServer(),
                  connection -> {
                    known.complete(requireNonNull(connection.tls()));
                    echo(connection);
                  })) {
            // By TLS 1.3 a client has done its part before the server has looked at it.
            try (Connection stranger = connect(Certificates.client(), server)) {
              assertThatExceptionOfType(UncheckedIOException.class)
                  .isThrownBy(() -> stranger.reader().readLine())
                  .withMessageContaining("certificate")
                  .withCauseInstanceOf(SSLException.class);
            }
            assertThat(known.isDone()).as("a stranger's handler").isFalse();
            try (Connection connection = connect(Certificates.mutualClient(), server)) {
              connection.writer().write("it is me\n");
              assertThat(connection.reader().readLine()).isEqualTo("it is me");
              TlsSession tls = await(known);
              assertThat(tls.peerCertificates().get(0).getSubjectX500Principal().getName())
                  .isEqualTo("CN=server");
            }
          }
        });
  }

  private static void assertRefused(Server server, String cause) throws Exception {
    assertRefused(Net.options().tls(Certificates.client()), server, "localhost", cause);
  }

  private static void assertRefused(NetOptions options, Server server, String host, String cause) {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> options.connect(host, port(server)))
        .satisfies(
            failure ->
                assertThat(failure.getMessage())
                    .startsWith("TLS handshake failed: connection=Connection[")
                    .contains(" cause=" + cause)
                    .doesNotContain("\n"));
  }

  @Test
  void shouldSayInOneLineWhyTheServerIsNotBelieved() {
    run(
        () -> {
          X509Bundle stranger =
              Certificates.issued(
                  Certificates.authority("CN=stranger"), Instant.now().plus(Duration.ofDays(1)));
          try (Server server =
              listen(Certificates.serverBuilder(stranger).build(), TlsTest::echo)) {
            assertRefused(server, "the certificate is not trusted (");
          }
          X509Bundle expired =
              Certificates.issued(Certificates.AUTHORITY, Instant.now().minus(Duration.ofHours(1)));
          try (Server server = listen(Certificates.serverBuilder(expired).build(), TlsTest::echo)) {
            assertRefused(server, "the certificate is not valid now (NotAfter: ");
          }
        });
  }

  @Test
  void shouldVerifyTheHostItConnectsTo() {
    run(
        () -> {
          Resolver anything = host -> List.of(InetAddress.getLoopbackAddress());
          try (Server server = listen(Certificates.server(), TlsTest::echo)) {
            NetOptions options = Net.options().resolver(anything).tls(Certificates.client());
            assertRefused(options, server, "other.test", "the certificate is not for this host (");
            assertRefused(options, server, "127.0.0.1", "the certificate is not for this host (");
            for (String host : List.of("service.test", "service.test.")) {
              try (Connection connection = options.connect(host, port(server))) {
                connection.writer().write("hello\n");
                assertThat(connection.reader().readLine()).isEqualTo("hello");
              }
            }
            try (Connection connection =
                options.tlsHost("service.test").connect(server.localAddress())) {
              assertThat(connection.tls()).isNotNull();
            }
          }
        });
  }

  @Test
  void shouldTellTheServerWhomItIsAskedFor() {
    run(
        () -> {
          Deferred<List<SNIServerName>> asked = new Deferred<>();
          try (Server server =
                  listen(
                      Certificates.server(),
                      connection -> {
                        TlsSession tls = requireNonNull(connection.tls());
                        asked.complete(
                            ((ExtendedSSLSession) tls.session()).getRequestedServerNames());
                      });
              Connection connection =
                  Net.options()
                      .resolver(host -> List.of(InetAddress.getLoopbackAddress()))
                      .tls(Certificates.client())
                      .connect("service.test", port(server))) {
            assertThat(await(asked)).containsExactly(new SNIHostName("service.test"));
            assertThat(connection.reader().readLine()).isNull();
          }
        });
  }

  @Test
  void shouldGoOnServingWhenPeersSpeakNoTls() {
    run(
        () -> {
          try (Logged logged = Logged.of(Server.class);
              Server server = listen(Certificates.server(), TlsTest::echo)) {
            try (Connection plain = Net.connect(server.localAddress())) {
              plain.writer().write("GET / HTTP/1.0\r\n\r\n");
              try {
                assertThat(plain.reader().readAll(1000)).asString(UTF_8).doesNotContain("GET");
              } catch (UncheckedIOException reset) {
                assertThat(reset).hasMessageStartingWith("readAll() failed: ");
              }
            }
            try (Connection silent = Net.connect(server.localAddress())) {
              silent.writer().closeOutput();
              try {
                silent.reader().readAll(1000);
              } catch (UncheckedIOException reset) {
                assertThat(reset).hasMessageStartingWith("readAll() failed: ");
              }
            }
            try (Connection connection = connect(Certificates.client(), server)) {
              connection.writer().write("still there\n");
              assertThat(connection.reader().readLine()).isEqualTo("still there");
            }
            assertThat(logged.messages())
                .hasSize(2)
                .allMatch(line -> line.startsWith("a peer was refused: TLS handshake failed: "))
                .allMatch(line -> !line.contains("\n"))
                .anyMatch(line -> line.endsWith("the peer does not speak TLS; check the port"));
          }
          try (Server plain =
              Net.listen(ANY_PORT, connection -> connection.writer().write("220 mail\r\n"))) {
            assertRefused(plain, "the peer does not speak TLS; check the port");
          }
        });
  }

  @Test
  void shouldGiveUpWhenTheHandshakeTakesTooLong() {
    run(
        () -> {
          try (Server silent =
              Net.listen(ANY_PORT, connection -> connection.reader().readAll(1000))) {
            assertRefused(
                Net.options().tls(Certificates.client()).tlsHandshakeTimeout(Duration.ofMillis(50)),
                silent,
                "localhost",
                "handshake timed out after 50ms");
          }
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Net.options().tlsHandshakeTimeout(Duration.ZERO))
              .withMessageStartingWith("no time for a TLS handshake: timeout=PT0S");
        });
  }

  @Test
  void shouldLeaveNothingOpenWhenTheHandshakeIsCancelled() {
    run(
        () -> {
          try (Server silent =
              Net.listen(ANY_PORT, connection -> connection.reader().readAll(1000))) {
            CancelScope scope = new CancelScope();
            spawn(
                () -> {
                  while (silent.connections().isEmpty()) {
                    yieldNow();
                  }
                  scope.cancel();
                });
            scope.run(() -> connect(Certificates.client(), silent));
            assertThat(scope.cancelledCaught()).isTrue();
            while (!silent.connections().isEmpty()) {
              yieldNow();
            }
          }
        });
  }

  @Test
  void shouldRefuseAContextOfTheOtherSide() {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> listen(Certificates.client(), TlsTest::echo))
              .withMessage(
                  "TLS context of the wrong side: context is for clients; make it with"
                      + " SslContextBuilder.forServer(...)");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Net.options().tls(Certificates.server()).connect(ANY_PORT))
              .withMessageEndingWith("SslContextBuilder.forClient()");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Net.options().tls(Certificates.server()).connect("localhost", 1))
              .withMessageStartingWith("TLS context of the wrong side: context is for servers");
        });
  }
}
