package dev.treadle.io;

import dev.treadle.Cancelled;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;

/** What finds the addresses of a host; {@link Dns} has those that ask DNS. */
@FunctionalInterface
public interface Resolver {
  /**
   * The addresses of a host, in the order in which they should be tried; suspends while it asks.
   * Called in a task, on the loop's thread, which it must not block.
   *
   * @return never empty
   * @throws UncheckedIOException if there is no such host, or nobody answers; names the host
   * @throws Cancelled if the task's scope is cancelled
   */
  List<InetAddress> resolve(String host);
}
