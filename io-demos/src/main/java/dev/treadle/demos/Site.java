package dev.treadle.demos;

import static dev.treadle.Treadle.gather;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.withTimeout;

import dev.treadle.DeadlineExceededException;
import dev.treadle.Loop;
import dev.treadle.http.Events;
import dev.treadle.http.Http;
import dev.treadle.http.HttpException;
import dev.treadle.http.Request;
import dev.treadle.http.Response;
import dev.treadle.http.StreamedReply;
import dev.treadle.sync.AsyncEvent;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.TypeConversionException;
import reactor.netty.http.server.HttpServerRoutes;

/** What the web server answers; each handler is a task on the loop's one thread. */
final class Site {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final List<String> FANNED_OUT =
      List.of("/hello?name=Treadle", "/json", "/slow?time=200ms");

  private final Pages pages;
  private final Path file;
  private final ChatRoom room = new ChatRoom();
  private final AsyncEvent ending = new AsyncEvent();
  private final Visits visits = new Visits();
  private String home = "";

  Site(Pages pages, Path file) {
    this.pages = pages;
    this.file = file;
  }

  void route(HttpServerRoutes routes) {
    visits.get(routes, "/", (request, response) -> html(response, pages.index()));
    visits.get(routes, "/hello", this::hello);
    visits.get(routes, "/json", this::json);
    visits.get(routes, "/file", this::file);
    visits.get(routes, "/clock", this::clock);
    visits.get(routes, "/slow", this::slow);
    visits.get(routes, "/fan-out", this::fanOut);
    visits.get(routes, "/chat", (request, response) -> html(response, pages.chat()));
    routes.ws("/chat/socket", Http.webSocket(new Chat(room)));
    routes.route(
        request -> request.method().equals(HttpMethod.GET),
        Http.handler(
            (request, response) -> {
              throw new HttpException(
                  404,
                  "no such page: "
                      + request.method()
                      + " "
                      + request.path()
                      + "; the index at / lists all\n");
            }));
  }

  /** Says where the server listens, which this asks itself. */
  void serveAt(SocketAddress address) {
    InetSocketAddress at = (InetSocketAddress) address;
    home =
        "http://"
            + ListenOptions.text(
                at.getAddress().isAnyLocalAddress()
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort())
                    : at);
  }

  String home() {
    return home;
  }

  /** How many there were. */
  long requests() {
    return visits.requests();
  }

  /** Ends what would never end by itself. */
  void end() {
    ending.set();
    room.close();
  }

  private void hello(Request request, Response response) {
    String name = request.query("name");
    text(response, "Hello, " + (name == null || name.isBlank() ? "World" : name) + "\n");
  }

  private void json(Request request, Response response) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("time", Loop.current().clock().instant());
    facts.put("process", ProcessHandle.current().pid());
    facts.put("transport", Loop.current().transport().propertyValue());
    facts.put("requests", visits.requests());
    facts.put("chatting", room.people());
    json(response, facts);
  }

  /** Reads a piece only when the client has taken the one before, but for Netty's buffers. */
  private void file(Request request, Response response) throws IOException {
    try (FileReader reader = FileReader.open(file)) {
      response.header("content-type", "application/octet-stream");
      response.header("content-length", Long.toString(reader.size()));
      response.header("content-disposition", "attachment");
      for (byte[] piece = reader.next(); piece.length > 0; piece = reader.next()) {
        response.write(piece);
      }
    }
  }

  private void clock(Request request, Response response) {
    Events events = response.events();
    while (!ending.isSet()) {
      LocalTime now = LocalTime.now(Loop.current().clock());
      events.send(TIME.format(now));
      // To the next full second, or to the end of the server.
      moveOnAfter(SECOND.minusNanos(now.getNano()), ending::await);
    }
  }

  private void slow(Request request, Response response) {
    Duration time = time(request, "time", "2s");
    sleep(time);
    text(response, "slept for " + TimeSpan.text(time) + "\n");
  }

  private void fanOut(Request request, Response response) {
    Duration deadline = time(request, "deadline", "1s");
    List<Callable<String>> questions =
        FANNED_OUT.stream().<Callable<String>>map(path -> () -> ask(path)).toList();
    try {
      List<String> answers = withTimeout(deadline, () -> gather(questions));
      Map<String, Object> all = new LinkedHashMap<>();
      for (int n = 0; n < answers.size(); n++) {
        all.put(FANNED_OUT.get(n), answers.get(n).strip());
      }
      json(response, all);
    } catch (DeadlineExceededException late) {
      response.status(504);
      text(response, "not all answered in time: deadline=" + TimeSpan.text(deadline) + "\n");
    }
  }

  private String ask(String path) {
    try (StreamedReply reply = Http.open(Http.client().get().uri(home + path))) {
      return reply.text(LONGEST_ANSWER);
    }
  }

  private static Duration time(Request request, String name, String otherwise) {
    String value = request.query(name);
    try {
      return new TimeSpan().convert(value == null ? otherwise : value);
    } catch (TypeConversionException e) {
      throw new HttpException(
          400, "bad value: " + name + "=" + value + "; " + e.getMessage() + "\n");
    }
  }

  private static void html(Response response, byte[] page) {
    response.header("content-type", "text/html; charset=utf-8");
    response.send(page);
  }

  private static void text(Response response, String text) {
    response.header("content-type", "text/plain; charset=utf-8");
    response.send(text);
  }

  private static void json(Response response, Object value) {
    response.header("content-type", "application/json");
    response.send(Json.text(value) + "\n");
  }
}
