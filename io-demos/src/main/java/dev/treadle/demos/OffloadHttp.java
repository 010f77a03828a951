package dev.treadle.demos;

import static dev.treadle.Treadle.shield;

import dev.treadle.http.WebServer;
import dev.treadle.offload.OffloadExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A web server whose one page computes for long while the other answers at once. */
@Command(
    name = "offload-http",
    description = {
      "Serves /factor?n=NUMBER, computed by worker processes, and /ping, until Ctrl-C.",
      "With --measure it asks itself instead, and shows how long a ping takes meanwhile:",
      "without factors, with factors from the pool, with factors computed on the loop."
    })
final class OffloadHttp extends Helpful implements Runnable {
  /** How long requests may take to end when the server does. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Terminal terminal;

  @Mixin private WebOptions web = new WebOptions();

  @Option(
      names = "--pool",
      paramLabel = "KIND",
      defaultValue = "process",
      converter = PoolKind.Converter.class,
      description = "process, thread, or none: on the loop (default: ${DEFAULT-VALUE}).")
  private PoolKind pool = PoolKind.PROCESS;

  @Option(
      names = "--measure",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "Measure pings for so long each way, and end.")
  private @Nullable Duration measure;

  @Mixin private TransportOption transport = new TransportOption();

  OffloadHttp(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    NettyLog.hush();
    Duration time = measure;
    if (time == null) {
      InetSocketAddress address = web.address();
      transport.loop().name("offload-http").run(() -> serve(address));
    } else {
      transport.loop().name("offload-http").run(() -> measure(time));
    }
  }

  private void serve(InetSocketAddress address) {
    try (OffloadExecutor executor = pool.open()) {
      OffloadSite site = new OffloadSite(executor);
      WebServer server = WebDemo.start(address, site::route);
      terminal.println(
          "offload-http listens: address=" + home(server) + " pool=" + pool + "; Ctrl-C ends it");
      try {
        server.join();
      } finally {
        shield(() -> server.close(GRACE));
        terminal.println("offload-http ended: requests=" + site.requests());
      }
    }
  }

  private void measure(Duration time) {
    terminal.println(PingTimes.TITLE);
    measure("nobody asks for factors", PoolKind.NONE, false, time);
    measure(
        "factors from " + (pool == PoolKind.THREAD ? "threads" : "worker processes"),
        pool == PoolKind.NONE ? PoolKind.PROCESS : pool,
        true,
        time);
    measure("factors computed on the loop", PoolKind.NONE, true, time);
  }

  private void measure(String title, PoolKind kind, boolean factoring, Duration time) {
    try (OffloadExecutor executor = kind.open();
        WebServer server =
            WebDemo.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new OffloadSite(executor)::route)) {
      terminal.println(PingTimes.measure(home(server), factoring, time).line(title));
    }
  }

  private static String home(WebServer server) {
    return "http://" + ListenOptions.text(server.localAddress());
  }
}
