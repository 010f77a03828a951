package dev.treadle.io;

import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * The door to the network: connections to others, and servers. All of it runs on the loop's own
 * thread, by its transport.
 *
 * <pre>{@code
 * try (var server = Net.listen(new InetSocketAddress("localhost", 7), connection -> {
 *   for (String line : connection.reader().lines()) {
 *     connection.writer().write(line + "\n");
 *   }
 * })) {
 *   server.join();
 * }
 * }</pre>
 */
public final class Net {
  private Net() {}

  /** Options for what is made next: water marks, backlog, those of Netty's channels. Any thread. */
  public static NetOptions options() {
    return new NetOptions();
  }

  /**
   * Connects to an address, {@code InetSocketAddress} or {@link UnixDomainSocketAddress}.
   *
   * @throws UncheckedIOException if that fails; names the address
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; the socket is closed then
   * @throws IllegalStateException outside a task
   */
  public static Connection connect(SocketAddress address) {
    return options().connect(address);
  }

  /**
   * Connects to a host by its name, which is looked up on another thread, or its address. Its
   * addresses are tried one after the other.
   *
   * @throws UncheckedIOException if there is no such host, or none of its addresses answers
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; the socket is closed then
   * @throws IllegalStateException outside a task
   */
  public static Connection connect(String host, int port) {
    return options().connect(host, port);
  }

  /** Connects to a Unix socket, as {@link #connect(SocketAddress)} does. */
  public static Connection connectUnix(Path path) {
    return options().connectUnix(path);
  }

  /**
   * Listens at an address; port 0 means one that is free. Each connection is handled in a task of
   * its own: see {@link Server}. asyncio's {@code start_server}.
   *
   * @throws UncheckedIOException if the address cannot be had; names it
   * @throws dev.treadle.Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static Server listen(SocketAddress address, ConnectionHandler handler) {
    return options().listen(address, handler);
  }

  /**
   * The same at a Unix socket: a file, which is made, and deleted when the server is closed. One
   * that a server has left behind is replaced.
   *
   * @throws UncheckedIOException if a server listens there, or something else has that name
   */
  public static Server listenUnix(Path path, ConnectionHandler handler) {
    return options().listenUnix(path, handler);
  }

  static SocketAddress unix(Path path) {
    return UnixDomainSocketAddress.of(path);
  }
}
