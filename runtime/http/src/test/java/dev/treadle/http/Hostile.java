package dev.treadle.http;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A server under attack. At the end it must have no connection, no byte of memory, no task and no
 * file more than at the start: see also {@link LeakWatch}. Waits are for something to be so; one
 * that never is ends with the test's own time.
 */
final class Hostile {
  private static final Duration POLL = Duration.ofMillis(2);

  /** The server's own, for all its connections; it counts each byte in use. */
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  final WebServer server;
  private final boolean isSecure;

  private Hostile(UnaryOperator<HttpServer> options) {
    HttpServer config =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.SO_SNDBUF, 1 << 15);
    // A context for TLS reads the JDK's settings from files.
    HttpServer configured = onThread(() -> options.apply(config));
    server = Http.bind(configured);
    isSecure = configured.configuration().isSecure();
  }

  /** What clients do to a server. */
  interface Attack {
    void run(Hostile target) throws Exception;
  }

  /** Writes for ever, and notes that it has ended. */
  static HttpHandler endless(List<Boolean> ended) {
    return (request, response) -> {
      try {
        while (true) {
          response.write(new byte[10_000]);
        }
      } finally {
        ended.add(true);
      }
    };
  }

  /** Against a server that handles like that what is not {@code /hello}. */
  static void attack(HttpHandler handler, Attack attack) throws Exception {
    attack(server -> server, handler, attack);
  }

  /** The same with options; nothing a client does is a failure of the server. */
  static void attack(UnaryOperator<HttpServer> options, HttpHandler handler, Attack attack)
      throws Exception {
    assertThat(reportsOf(options, Http.handler(greetingOr(handler)), attack)).isEmpty();
  }

  /** The same, for an attack of which the server says something; gives what it says. */
  static List<String> reportsOf(
      UnaryOperator<HttpServer> options,
      BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler,
      Attack attack)
      throws Exception {
    List<String> reports = new ArrayList<>();
    Loop.current().setFailureHandler((source, failure) -> reports.add(source + ": " + failure));
    UnaryOperator<HttpServer> config = server -> options.apply(server).handle(handler);
    // Twice: the first time loads classes, and with them opens files.
    once(config, attack);
    int tasks = Loop.current().tasks().size();
    int files = onThread(Hostile::openFiles);
    once(config, attack);
    until(() -> Loop.current().tasks().size() == tasks);
    until(() -> onThread(Hostile::openFiles) == files);
    return reports;
  }

  /** What a real client is answered, or else that. */
  static HttpHandler greetingOr(HttpHandler handler) {
    return (request, response) -> {
      if (request.path().equals("/hello")) {
        response.send("hello");
      } else {
        handler.handle(request, response);
      }
    };
  }

  private static void once(UnaryOperator<HttpServer> options, Attack attack) throws Exception {
    Hostile target = new Hostile(options);
    try (WebServer server = target.server) {
      attack.run(target);
      target.assertServes();
      until(() -> server.requests() == 0);
    }
    assertThat(target.server.connections()).isZero();
    until(() -> target.memory() == 0);
  }

  static void until(BooleanSupplier so) {
    while (!so.getAsBoolean()) {
      sleep(POLL);
    }
  }

  static int openFiles() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  /** How many bytes the buffers of the server's connections take. */
  long memory() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  /** A real client, which asks for {@code /hello}. */
  void assertServes() throws IOException {
    String answer = onThread(this::greet);
    while (answer == null) {
      answer = onThread(this::greet);
    }
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
  }

  /** Null if this client itself was too slow for a time-out, as it may be on a busy machine. */
  private @Nullable String greet() throws IOException {
    String request = "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    try (Socket plain = Local.connect(server.port());
        Socket client = isSecure ? Keys.secured(plain) : plain) {
      Local.send(client, request);
      String answer = Local.readAll(client);
      return answer.isEmpty() ? null : answer;
    } catch (SSLException | SocketException late) {
      return null;
    }
  }

  /** Connects, and sends that. */
  Socket send(String text) throws IOException {
    return onThread(
        () -> {
          Socket socket = Local.connect(server.port());
          socket.setTcpNoDelay(true);
          more(socket, text);
          return socket;
        });
  }

  static void more(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** Closes it without a word, so that the server gets a reset. */
  static void reset(Socket socket) throws IOException {
    onThread(
        () -> {
          socket.setSoLinger(true, 0);
          socket.close();
        });
  }

  /** Reads what comes until the server closes the connection, and closes it, too. */
  static String rest(Socket socket) throws IOException {
    return onThread(
        () -> {
          try (socket) {
            return Local.readAll(socket);
          }
        });
  }
}
