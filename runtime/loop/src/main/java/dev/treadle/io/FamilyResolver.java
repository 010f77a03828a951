package dev.treadle.io;

import dev.treadle.Cancelled;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.util.List;

/**
 * A resolver that can ask for a host's IPv6 and IPv4 addresses apart, so that connecting need not
 * wait for both. On the loop's thread, in a task.
 */
interface FamilyResolver extends Resolver {
  /**
   * Whether the answers apart are those that {@link #resolve(String)} has for both; suspends. Not
   * so where a name is first looked for with others appended: these are gone through family by
   * family then, and what has no address in one family may be found elsewhere in the other.
   */
  boolean isAskedApart(String host);

  /**
   * The host's addresses of one family; suspends.
   *
   * @return empty if there are none, or no such host
   * @throws UncheckedIOException if nobody answers; names the host
   * @throws Cancelled if the task's scope is cancelled
   */
  List<InetAddress> resolve(String host, StandardProtocolFamily family);
}
