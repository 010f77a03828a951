package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.TaskGroupException;
import dev.treadle.Treadle;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connecting to a host with several addresses, of which some may not answer: RFC 8305. Each attempt
 * starts when the one before has had its time or has failed, and the first that connects wins.
 */
final class HappyEyeballs {
  /** The RFC's recommendation, and asyncio's and trio's default. */
  static final Duration DELAY = Duration.ofMillis(250);

  private HappyEyeballs() {}

  /**
   * The addresses with the families taking turns, beginning with that of the first; those of one
   * family stay in order.
   */
  static List<InetAddress> interleaved(List<InetAddress> addresses) {
    ArrayDeque<InetAddress> first = new ArrayDeque<>();
    ArrayDeque<InetAddress> second = new ArrayDeque<>();
    for (InetAddress address : addresses) {
      (isIpv6(address) == isIpv6(addresses.get(0)) ? first : second).add(address);
    }
    List<InetAddress> turns = new ArrayList<>(addresses.size());
    while (turns.size() < addresses.size()) {
      add(first.poll(), turns);
      add(second.poll(), turns);
    }
    return turns;
  }

  /** With the name it was asked for, which TLS wants to know. */
  private static InetAddress named(String host, InetAddress address) {
    try {
      return address instanceof Inet6Address scoped && scoped.getScopeId() != 0
          ? Inet6Address.getByAddress(host, address.getAddress(), scoped.getScopeId())
          : InetAddress.getByAddress(host, address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isIpv6(InetAddress address) {
    return address instanceof Inet6Address;
  }

  private static void add(@Nullable InetAddress address, List<InetAddress> into) {
    if (address != null) {
      into.add(address);
    }
  }

  /**
   * Connects to the first of the host's addresses that lets it.
   *
   * @param connector makes a connection, or throws; when cancelled it leaves nothing behind
   * @param close gets a connection that came too late to be wanted
   * @throws UncheckedIOException if none does; why not is suppressed there, in the order of
   *     attempts
   * @throws Cancelled if the task's scope is cancelled; nothing is left then
   */
  static <C> C connect(
      String host,
      int port,
      List<InetAddress> addresses,
      Duration delay,
      Function<InetSocketAddress, C> connector,
      Consumer<? super C> close) {
    List<Callable<C>> attempts = new ArrayList<>(addresses.size());
    @Nullable Throwable[] failures = new @Nullable Throwable[addresses.size()];
    for (InetAddress address : interleaved(addresses)) {
      int number = attempts.size();
      attempts.add(
          () -> {
            try {
              return connector.apply(new InetSocketAddress(named(host, address), port));
            } catch (RuntimeException failure) {
              failures[number] = failure;
              throw failure;
            }
          });
    }
    try {
      return attempts.size() == 1
          ? attempts.get(0).call()
          : Treadle.<C>race(delay, attempts, close);
    } catch (UncheckedIOException | TaskGroupException failed) {
      throw failure(host, port, addresses, failures, failed);
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception undeclared) {
      throw new AssertionError(undeclared);
    }
  }

  private static UncheckedIOException failure(
      String host,
      int port,
      List<InetAddress> addresses,
      @Nullable Throwable[] failures,
      RuntimeException failed) {
    List<String> tried = interleaved(addresses).stream().map(InetAddress::getHostAddress).toList();
    UncheckedIOException failure =
        new UncheckedIOException(
            "connect failed: host="
                + host
                + " port="
                + port
                + " addresses="
                + tried
                + "; check that a server listens there (why not is suppressed here, for each)",
            new ConnectException("no address of the host lets connect"));
    boolean any = false;
    for (Throwable reason : failures) {
      if (reason != null) {
        failure.addSuppressed(reason);
        any = true;
      }
    }
    if (!any) {
      failure.addSuppressed(failed);
    }
    return failure;
  }
}
