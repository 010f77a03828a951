package dev.treadle.http;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import reactor.netty.http.server.HttpServer;

/**
 * One server on several loops, each with a thread of its own, that listen on one port: the kernel
 * gives each new connection to one of them, where it stays ({@code SO_REUSEPORT}). Every loop is
 * single-threaded as ever; what handlers of several loops share must be made for threads.
 *
 * <pre>{@code
 * try (var servers = WebServers.start(4, "web", () -> HttpServer.create().port(8080).route(...))) {
 *   servers.join();
 * }
 * }</pre>
 *
 * <p>For threads that run no loop, such as the program's main thread; from there any method may be
 * called by any thread.
 */
public final class WebServers implements AutoCloseable {
  private final List<Loop> loops = new ArrayList<>();
  private final List<WebServer> servers = new ArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  private WebServers() {}

  /**
   * Starts the loops, which are called by the name and a number, and listens on each; blocks until
   * all do. Port 0 is one port for all of them, chosen by the first.
   *
   * @param config gives the configuration, on each loop's thread
   * @throws java.io.UncheckedIOException if one cannot listen; none does then
   * @throws IllegalArgumentException if the count is not positive
   * @throws IllegalStateException on a loop's thread; if the transport has no {@code SO_REUSEPORT}
   *     and more than one loop is asked for
   */
  public static WebServers start(int count, String name, Supplier<HttpServer> config) {
    Objects.requireNonNull(config, "config");
    if (count < 1) {
      throw new IllegalArgumentException(
          "a server needs a loop: count=" + count + "; give one for each core, say");
    }
    requireNoLoop("WebServers.start()");
    WebServers all = new WebServers();
    try {
      for (int n = 1; n <= count; n++) {
        Loop loop = Loop.start(name + "-" + n);
        all.loops.add(loop);
        requireReusePort(loop, count);
        all.servers.add(Treadle.await(loop.submit("listen", () -> all.listen(config, count > 1))));
      }
      return all;
    } catch (Throwable failure) {
      all.close();
      throw failure;
    }
  }

  private WebServer listen(Supplier<HttpServer> config, boolean shared) {
    HttpServer server = config.get();
    if (shared) {
      server = server.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    // Written by the thread that has waited for the first one.
    return Http.bind(servers.isEmpty() ? server : server.bindAddress(this::localAddress));
  }

  private static void requireReusePort(Loop loop, int count) {
    boolean has =
        switch (loop.transport()) {
          case IO_URING, EPOLL -> true;
          case KQUEUE, NIO -> false;
        };
    if (!has && count > 1) {
      throw new IllegalStateException(
          "no SO_REUSEPORT that spreads connections: transport="
              + loop.transport().propertyValue()
              + "; start one loop, or run on Linux with epoll or io_uring");
    }
  }

  private static void requireNoLoop(String operation) {
    if (Loop.isLoopThread(Thread.currentThread())) {
      throw new IllegalStateException(
          operation
              + " on a loop's thread, which it would block: thread="
              + Thread.currentThread().getName()
              + "; call it from the main thread or Treadle.onThread(...)");
    }
  }

  /** Where all of them listen. */
  public SocketAddress localAddress() {
    return servers.getFirst().localAddress();
  }

  /** The port they listen on. */
  public int port() {
    return ((InetSocketAddress) localAddress()).getPort();
  }

  /** The loops, in order. */
  public List<Loop> loops() {
    return List.copyOf(loops);
  }

  /** Blocks until {@link #close()} was called. */
  public void join() throws InterruptedException {
    requireNoLoop("WebServers.join()");
    closed.await();
  }

  /**
   * Closes every server as {@link WebServer#close()} does, then the loops; blocks until all have
   * ended.
   */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /** The same, as {@link WebServer#close(Duration)} does, all in the same grace. */
  public void close(Duration grace) {
    requireNoLoop("WebServers.close()");
    var closing =
        servers.stream()
            .filter(server -> !server.loop().isClosed())
            .map(server -> server.loop().submit("close", () -> server.close(grace)))
            .toList();
    try {
      closing.forEach(Treadle::await);
    } finally {
      loops.forEach(Loop::close);
      closed.countDown();
    }
  }
}
