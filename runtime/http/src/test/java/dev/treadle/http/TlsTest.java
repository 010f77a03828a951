package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.UncheckedIOException;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

/** TLS by Reactor Netty's own builders. */
@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class TlsTest {
  private static X509Bundle certificate;

  @BeforeAll
  static void sign() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  private static WebServer serve(HttpProtocol protocol) {
    SslProvider.GenericSslContextSpec<?> keys =
        protocol == HttpProtocol.H2
            ? Http2SslContextSpec.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
            : Http11SslContextSpec.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath());
    var config =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .protocol(protocol)
            .handle(
                Http.handler(
                    (request, response) ->
                        response.send(
                            request.netty().scheme() + " " + request.netty().protocol())));
    // What makes the context reads the JDK's settings from files.
    return Http.bind(onThread(() -> config.secure(spec -> spec.sslContext(keys))));
  }

  private static HttpClient client(HttpProtocol protocol) {
    HttpClient client = Http.client();
    return onThread(
        () -> client.protocol(protocol).secure(spec -> spec.sslContext(trust(protocol))));
  }

  private static SslProvider.GenericSslContextSpec<?> trust(HttpProtocol protocol) {
    return protocol == HttpProtocol.H2
        ? Http2SslContextSpec.forClient()
            .configure(builder -> builder.trustManager(certificate.getCertificate()))
        : Http11SslContextSpec.forClient()
            .configure(builder -> builder.trustManager(certificate.getCertificate()));
  }

  @HttpTest
  void shouldAnswerOverTls() {
    try (var server = serve(HttpProtocol.HTTP11)) {
      Reply reply =
          await(
              read(
                  client(HttpProtocol.HTTP11)
                      .get()
                      .uri("https://127.0.0.1:" + server.port() + "/")));

      assertThat(reply.text()).isEqualTo("https HTTP/1.1");
    }
  }

  @HttpTest
  void shouldAgreeOnHttp2OverTls() {
    try (var server = serve(HttpProtocol.H2)) {
      Reply reply =
          await(
              read(client(HttpProtocol.H2).get().uri("https://127.0.0.1:" + server.port() + "/")));

      assertThat(reply.text()).isEqualTo("https HTTP/2.0");
    }
  }

  @HttpTest
  void shouldFailWhenTheClientDoesNotTrustTheServer() {
    try (var server = serve(HttpProtocol.HTTP11)) {
      HttpClient plain = Http.client();
      var request =
          onThread(() -> plain.secure()).get().uri("https://127.0.0.1:" + server.port() + "/");

      assertThatThrownBy(() -> await(read(request)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("certificat");
    }
  }
}
