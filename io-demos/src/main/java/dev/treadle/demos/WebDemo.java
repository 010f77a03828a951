package dev.treadle.demos;

import static dev.treadle.Treadle.shield;

import dev.treadle.http.Http;
import dev.treadle.http.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** A web server with a page for each kind of handler. */
@Command(
    name = "http",
    description = {
      "Serves HTTP until Ctrl-C: a greeting, JSON, a streamed file, a clock of",
      "server-sent events, a chat over WebSocket, handlers that sleep and fan out.",
      "Open the address it prints in a browser."
    })
final class WebDemo extends Helpful implements Runnable {
  /** How long requests may take to end when the server does. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Terminal terminal;

  @Mixin private WebOptions web = new WebOptions();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "What /file streams (default: the JDK's own lib/modules).")
  private Path file = Path.of(System.getProperty("java.home"), "lib", "modules");

  @Mixin private TransportOption transport = new TransportOption();

  WebDemo(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    InetSocketAddress address = web.address();
    Input.of(file.toString());
    NettyLog.hush();
    Pages pages = Pages.read();
    transport.loop().name("http").run(() -> serve(address, new Site(pages, file)));
  }

  private void serve(InetSocketAddress address, Site site) {
    WebServer server = start(address, site::route);
    site.serveAt(server.localAddress());
    terminal.println("http listens: address=" + site.home() + "; Ctrl-C ends it");
    try {
      server.join();
    } finally {
      int open = server.requests();
      site.end();
      shield(() -> server.close(GRACE));
      terminal.println("http ended: requests=" + site.requests() + " openAtTheEnd=" + open);
    }
  }

  /** Listens there; the port may be taken. */
  static WebServer start(InetSocketAddress address, Consumer<HttpServerRoutes> routes) {
    try {
      return Http.bind(HttpServer.create().bindAddress(() -> address).handle(Http.routes(routes)));
    } catch (UncheckedIOException refused) {
      IOException cause = Objects.requireNonNull(refused.getCause(), "cause");
      throw ListenOptions.cannotListen(address, cause);
    }
  }
}
