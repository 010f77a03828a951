package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every HTTP server in Java says hello. */
class HttpServersTest {
  @ParameterizedTest
  @EnumSource
  void shouldSayHelloByReactor(NettyTransport transport) throws IOException, InterruptedException {
    assumeThat(transport.treadle.isAvailable()).as("this machine has it").isTrue();
    try (ReactorHttp server = ReactorHttp.hello(transport)) {
      assertHello(server.port());
    }
    try (ReactorHttp server = ReactorHttp.sleeping(transport)) {
      assertHello(server.port());
    }
    try (ReactorHttp server = ReactorHttp.sleepingOnLoop(transport)) {
      assertHello(server.port());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldSayHelloByTreadle(NettyTransport transport) throws IOException, InterruptedException {
    assumeThat(transport.treadle.isAvailable()).as("this machine has it").isTrue();
    try (OnLoop server = TreadleServers.hello(transport)) {
      assertHello(server.port());
    }
    try (OnLoop server = TreadleServers.sleeping(transport)) {
      assertHello(server.port());
    }
  }

  private static void assertHello(int port) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(ReactorHttp.HELLO);
      assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain");
      assertThat(response.headers().firstValue("Content-Length")).hasValue("5");
    }
  }
}
