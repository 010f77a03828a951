package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.http.Http.handler;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

class HandlerTest {
  @TreadleTest(clock = TestClock.REAL)
  void shouldAnswerWithThePartsOfThePath(Loop loop) {
    HttpServer config =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.get(
                        "/hello/{name}",
                        handler(
                            (request, response) ->
                                response.send("Hello, " + request.param("name")))));
    try (WebServer server = Http.bind(config)) {
      String body =
          await(
              HttpClient.newConnection()
                  .runOn(TreadleResources.of(loop))
                  .get()
                  .uri("http://127.0.0.1:" + server.port() + "/hello/ada")
                  .responseContent()
                  .aggregate()
                  .asString());

      assertThat(body).isEqualTo("Hello, ada");
    }
  }
}
