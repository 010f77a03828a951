package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.http.Http.get;
import static dev.treadle.http.Http.open;
import static dev.treadle.http.Http.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.URI;
import org.jspecify.annotations.NullUnmarked;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** TLS by Reactor Netty's own builders. */
@NullUnmarked // Of a Mono, await gives null where it is empty: none here is.
class TlsTest {
  private static WebServer serve(HttpProtocol protocol) {
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
    return Http.bind(
        onThread(() -> config.secure(spec -> spec.sslContext(Keys.forServer(protocol)))));
  }

  private static HttpClient client(HttpProtocol protocol) {
    HttpClient client = Http.client();
    return onThread(
        () -> client.protocol(protocol).secure(spec -> spec.sslContext(Keys.forClient(protocol))));
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

  /**
   * Under the guard, as all of these: the JDK's certificates are not read on the loop, if it is
   * here that they are first.
   */
  @HttpTest
  void shouldFailWhenTheClientDoesNotTrustTheServer() {
    try (var server = serve(HttpProtocol.HTTP11)) {
      String uri = "https://127.0.0.1:" + server.port() + "/";

      assertThatThrownBy(() -> await(get(uri)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("certificat");
      assertThatThrownBy(() -> open(Http.client().get().uri(uri)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("certificat");
    }
  }

  @HttpTest
  void shouldKnowWhichRequestsNeedTls() {
    HttpClient client = Http.client();

    assertThat(Https.isHttps(client.get().uri("https://a/"))).isTrue();
    assertThat(Https.isHttps(client.get().uri(URI.create("HTTPS://a/")))).isTrue();
    assertThat(Https.isHttps(client.baseUrl("https://a").get().uri("/b"))).isTrue();
    assertThat(Https.isHttps(client.baseUrl("https://a").get().uri("http://b/"))).isFalse();
    assertThat(Https.isHttps(client.baseUrl("http://a").get().uri("/b"))).isFalse();
    assertThat(Https.isHttps(client.get().uri("http://a/"))).isFalse();
  }
}
