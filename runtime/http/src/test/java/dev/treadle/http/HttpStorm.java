package dev.treadle.http;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.spawn;

import dev.treadle.Loop;
import dev.treadle.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import reactor.netty.http.server.HttpServer;

/**
 * The program of {@link HttpStormTest}: a server that prints where it listens, and what it has left
 * when it is told to stop.
 */
final class HttpStorm {
  private static final List<WebServer> SERVERS = new ArrayList<>();
  private static final List<Task<?>> CLOSING = new ArrayList<>();

  private HttpStorm() {}

  public static void main(String[] arguments) {
    // What is loaded now needs no file later.
    Logger.getLogger("io.netty").info("started");
    Loop.builder().run(HttpStorm::serve);
  }

  private static void serve() {
    int tasks = Loop.current().tasks().size();
    WebServer server =
        Http.bind(
            HttpServer.create().host("127.0.0.1").port(0).handle(Http.handler(HttpStorm::answer)));
    SERVERS.add(server);
    System.out.println("listening " + server.port());
    server.join();
    await(CLOSING.getFirst());
    System.out.println("tasks " + (Loop.current().tasks().size() - tasks));
  }

  private static void answer(Request request, Response response) {
    if (request.path().equals("/files")) {
      response.send(String.valueOf(Hostile.openFiles()));
    } else if (request.path().equals("/stop")) {
      CLOSING.add(spawn(() -> SERVERS.getFirst().close()));
    } else {
      response.send("served");
    }
  }
}
