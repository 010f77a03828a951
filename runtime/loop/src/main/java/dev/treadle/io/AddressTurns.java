package dev.treadle.io;

import static dev.treadle.Treadle.moveOnAfter;

import dev.treadle.TaskGroup;
import dev.treadle.WaitQueue;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host's addresses in the order in which they are to be tried: the families take turns, those of
 * one family stay in order. Some may not have come yet. RFC 8305, sections 3 to 5. Confined to the
 * loop's thread.
 */
final class AddressTurns {
  /** How long IPv6 is waited for when IPv4 has come: the RFC's recommendation. */
  static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

  private final String host;
  private final ArrayDeque<InetAddress> ipv6 = new ArrayDeque<>();
  private final ArrayDeque<InetAddress> ipv4 = new ArrayDeque<>();
  private final List<InetAddress> taken = new ArrayList<>();
  private final WaitQueue<Boolean> waiting = new WaitQueue<>();
  private int promised;
  private boolean hasBegun;
  private int pending;
  private boolean ipv6Pending;
  private boolean ipv6IsNext = true;
  private @Nullable UncheckedIOException failure;

  private AddressTurns(String host) {
    this.host = host;
  }

  /** Of addresses that are all known, beginning with the family of the first. */
  static AddressTurns of(String host, List<InetAddress> addresses) {
    AddressTurns turns = new AddressTurns(host);
    addresses.forEach(turns::add);
    turns.ipv6IsNext = !addresses.isEmpty() && addresses.getFirst() instanceof Inet6Address;
    return turns;
  }

  /** Of what two children of the group are about to find. */
  static AddressTurns lookUp(TaskGroup group, FamilyResolver names, String host) {
    AddressTurns turns = new AddressTurns(host);
    turns.pending = 2;
    turns.ipv6Pending = true;
    group.spawn("AAAA of " + host, () -> turns.ask(names, StandardProtocolFamily.INET6));
    group.spawn("A of " + host, () -> turns.ask(names, StandardProtocolFamily.INET));
    return turns;
  }

  private void ask(FamilyResolver names, StandardProtocolFamily family) {
    try {
      names.resolve(host, family).forEach(this::add);
    } catch (UncheckedIOException unknown) {
      failure = unknown;
    } finally {
      pending--;
      ipv6Pending &= family != StandardProtocolFamily.INET6;
      waiting.wakeAll(true);
    }
  }

  private void add(InetAddress address) {
    (address instanceof Inet6Address ? ipv6 : ipv4).add(address);
  }

  String host() {
    return host;
  }

  /** Whether there is one more, which is not promised; suspends until that is known. */
  boolean hasNext() {
    while (left() == 0 && pending > 0) {
      waiting.park("connect", this, null);
    }
    if (!hasBegun && ipv6.isEmpty() && ipv6Pending) {
      moveOnAfter(
          RESOLUTION_DELAY,
          () -> {
            while (ipv6Pending) {
              waiting.park("connect", this, null);
            }
          });
    }
    hasBegun = true;
    return left() > 0;
  }

  private int left() {
    return ipv6.size() + ipv4.size() - promised;
  }

  /** Keeps one for a {@link #next()} to come; which one shows then. */
  void promise() {
    promised++;
  }

  /** The next one, which was promised. */
  InetAddress next() {
    promised--;
    ArrayDeque<InetAddress> turn = ipv6IsNext ? ipv6 : ipv4;
    InetAddress address = turn.isEmpty() ? (ipv6IsNext ? ipv4 : ipv6).remove() : turn.remove();
    ipv6IsNext = !(address instanceof Inet6Address);
    taken.add(address);
    return address;
  }

  /** Whether there is one, and will not be another. */
  boolean isLast() {
    return pending == 0 && left() == 1;
  }

  /** Those that were taken so far. */
  List<InetAddress> taken() {
    return Collections.unmodifiableList(taken);
  }

  /** Why a family is not known, if it is not. */
  @Nullable UncheckedIOException failure() {
    return failure;
  }

  @Override
  public String toString() {
    return "addresses of " + host;
  }
}
