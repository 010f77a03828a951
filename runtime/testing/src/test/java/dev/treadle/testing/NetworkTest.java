package dev.treadle.testing;

import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Action;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Transport;
import dev.treadle.io.Connection;
import dev.treadle.io.Datagram;
import dev.treadle.io.Dns;
import dev.treadle.io.Net;
import dev.treadle.io.Resolver;
import dev.treadle.io.Server;
import dev.treadle.io.UdpSocket;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS's handshakes and DNS's queries are Netty's and the JDK's code on the loop's thread. */
@Timeout(60)
class NetworkTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static void runGuarded(Transport transport, Action<Exception> body) {
    BlockingGuard.install();
    try (Recording recording = BlockingGuard.record()) {
      Loop.builder().transport(transport).run(body);
      assertThat(recording.violations()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNotBlockTheLoopWithTls(Transport transport) throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=server")
            .addSanDnsName("localhost")
            .buildIssuedBy(authority);
    // Made before the loop runs, as it should be: this reads files.
    SslContext forServer =
        SslContextBuilder.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
            .build();
    SslContext forClient =
        SslContextBuilder.forClient().trustManager(authority.getCertificate()).build();
    SslContext believingNobody = SslContextBuilder.forClient().build();
    runGuarded(
        transport,
        () -> {
          try (Server server =
              Net.options()
                  .tls(forServer)
                  .listen(ANY_PORT, connection -> connection.writer().write("hello\n"))) {
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            try (Connection connection = Net.options().tls(forClient).connect("localhost", port)) {
              assertThat(connection.reader().readLine()).isEqualTo("hello");
              assertThat(connection.reader().readLine()).isNull();
            }
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Net.options().tls(believingNobody).connect("localhost", port))
                .withMessageContaining("the certificate is not trusted");
          }
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNotBlockTheLoopWithDns(Transport transport) {
    runGuarded(
        transport,
        () -> {
          try (UdpSocket server = UdpSocket.bind(ANY_PORT)) {
            Task<?> serving = spawn("name server", () -> refuseAll(server));
            Resolver resolver = Dns.resolver(Duration.ofSeconds(20), server.localAddress());
            assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> resolver.resolve("missing.test"))
                .withMessageContaining("no such host");
            assertThat(Dns.resolve("localhost")).isNotEmpty();
            serving.cancel();
          }
        });
  }

  private static void refuseAll(UdpSocket server) {
    while (true) {
      Datagram query = server.receive();
      byte[] answer = query.bytes().clone();
      // An answer, and: there is no such name.
      answer[2] |= (byte) 0x80;
      answer[3] = (byte) ((answer[3] & 0xF0) | 3);
      server.send(answer, query.address());
    }
  }
}
