package dev.treadle.io;

import dev.treadle.Cancelled;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Looks up hosts without blocking the loop: asyncio's {@code getaddrinfo}, but no thread waits for
 * it. Netty's resolver asks the name servers over the loop's own sockets.
 *
 * <pre>{@code
 * for (InetAddress address : Dns.resolve("example.org")) {
 *   System.out.println(address.getHostAddress());
 * }
 * }</pre>
 *
 * <p>Answered without a query: literal addresses, the names of the system's hosts file ({@code
 * /etc/hosts}), and {@code localhost} with all below it (RFC 6761). Name servers, search domains
 * and options come from {@code /etc/resolv.conf}, or from what Netty finds on other systems. These
 * files are read on a thread of the loop's pool, when first needed and again when they have not
 * been for ten seconds. Answers are kept, by each loop, for as long as their time to live says.
 */
public final class Dns {
  private static final Resolver SYSTEM = new Lookup(SystemNames.SYSTEM, null);

  private Dns() {}

  /**
   * The addresses of a host, IPv6 first; suspends while it asks.
   *
   * @throws UncheckedIOException if there is no such host, or no name server answers in time; in
   *     one line, with the host
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalArgumentException if the host is empty
   * @throws IllegalStateException outside a task
   */
  public static List<InetAddress> resolve(String host) {
    return SYSTEM.resolve(host);
  }

  /** What {@link #resolve} asks, for {@link NetOptions#resolver}; the default there. Any thread. */
  public static Resolver system() {
    return SYSTEM;
  }

  /**
   * A resolver that asks these name servers and no others, in this order; otherwise as {@link
   * #resolve}, for any loop. Any thread.
   *
   * @param timeout how long to wait for each answer before the next server is asked
   * @throws IllegalArgumentException if there is no server, or no time
   */
  public static Resolver resolver(Duration timeout, InetSocketAddress... nameServers) {
    return new Lookup(SystemNames.withServers(List.of(nameServers)), timeout);
  }
}
