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
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import reactor.netty.http.server.HttpServer;

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

  private Hostile(UnaryOperator<HttpServer> options) {
    server =
        Http.bind(
            options.apply(
                HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .childOption(ChannelOption.ALLOCATOR, allocator)
                    .childOption(ChannelOption.SO_SNDBUF, 1 << 15)));
  }

  /** What clients do to a server. */
  interface Attack {
    void run(Hostile target) throws Exception;
  }

  static void attack(HttpHandler handler, Attack attack) throws Exception {
    attack(server -> server.handle(Http.handler(handler)), attack);
  }

  /** Twice: the first time loads classes, and with them opens files. */
  static void attack(UnaryOperator<HttpServer> options, Attack attack) throws Exception {
    once(options, attack);
    int tasks = Loop.current().tasks().size();
    int files = onThread(Hostile::openFiles);
    once(options, attack);
    until(() -> Loop.current().tasks().size() == tasks);
    until(() -> onThread(Hostile::openFiles) == files);
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

  private static int openFiles() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  /** How many bytes the buffers of the server's connections take. */
  long memory() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  /** A real client, which asks for {@code /hello}. */
  void assertServes() throws IOException {
    String answer =
        onThread(
            () ->
                Local.exchange(
                    server.port(), "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
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
