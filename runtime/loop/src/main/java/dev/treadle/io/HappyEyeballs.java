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
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connecting to a host with several addresses, of which some may not answer: RFC 8305. Each attempt
 * starts when the one before has had its time or has failed, and the first that connects wins.
 */
final class HappyEyeballs<C> {
  /** The RFC's recommendation, and asyncio's and trio's default. */
  static final Duration DELAY = Duration.ofMillis(250);

  private final int port;
  private final Duration delay;
  private final Function<InetSocketAddress, C> connector;
  private final Consumer<? super C> close;

  /** Why not, for each attempt. */
  private final List<@Nullable Throwable> failures = new ArrayList<>();

  /**
   * Connects to a port, of whatever host.
   *
   * @param connector makes a connection, or throws; when cancelled it leaves nothing behind
   * @param close gets a connection that came too late to be wanted
   */
  HappyEyeballs(
      int port,
      Duration delay,
      Function<InetSocketAddress, C> connector,
      Consumer<? super C> close) {
    this.port = port;
    this.delay = delay;
    this.connector = connector;
    this.close = close;
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

  /**
   * Connects to the first of the host's addresses that lets it; what the resolver can ask for
   * family by family, it need not have found all of.
   *
   * @throws UncheckedIOException if none does; why not is suppressed there, in the order of
   *     attempts
   * @throws Cancelled if the task's scope is cancelled; nothing is left then
   */
  C connect(String host, Resolver resolver) {
    if (resolver instanceof FamilyResolver families && families.isAskedApart(host)) {
      C connection = connectApart(host, families);
      if (connection != null) {
        return connection;
      }
      // There is no host of just this name.
    }
    return connect(AddressTurns.of(host, resolver.resolve(host)));
  }

  /** Null if there are no addresses. */
  private @Nullable C connectApart(String host, FamilyResolver families) {
    List<C> connected = new ArrayList<>(1);
    @Nullable UncheckedIOException[] failure = new @Nullable UncheckedIOException[1];
    try {
      Treadle.group(
          "connect",
          group -> {
            AddressTurns turns = AddressTurns.lookUp(group, families, host);
            try {
              if (turns.hasNext()) {
                connected.add(connect(turns));
              } else {
                failure[0] = turns.failure();
              }
            } catch (UncheckedIOException failed) {
              failure[0] = failed;
            } finally {
              // What the other family has is no longer of use.
              group.cancel();
            }
          });
    } catch (Throwable late) {
      connected.forEach(close);
      throw late;
    }
    if (failure[0] != null) {
      throw failure[0];
    }
    return connected.isEmpty() ? null : connected.getFirst();
  }

  private C connect(AddressTurns turns) {
    try {
      return turns.isLast()
          ? attempt(turns).call()
          : Treadle.<C>race(delay, attempts(turns), close);
    } catch (UncheckedIOException | TaskGroupException failed) {
      throw failure(turns, failed);
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception undeclared) {
      throw new AssertionError(undeclared);
    }
  }

  private Callable<C> attempt(AddressTurns turns) {
    int number = failures.size();
    failures.add(null);
    turns.promise();
    return () -> {
      InetAddress address = turns.next();
      try {
        return connector.apply(new InetSocketAddress(named(turns.host(), address), port));
      } catch (RuntimeException failure) {
        failures.set(number, failure);
        throw failure;
      }
    };
  }

  /** Each takes its address when its time has come, and more may be known. */
  private AbstractCollection<Callable<C>> attempts(AddressTurns turns) {
    return new AbstractCollection<>() {
      @Override
      public Iterator<Callable<C>> iterator() {
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return turns.hasNext();
          }

          @Override
          public Callable<C> next() {
            return attempt(turns);
          }
        };
      }

      /** There is one, and who knows how many more. */
      @Override
      public int size() {
        return Integer.MAX_VALUE;
      }
    };
  }

  private UncheckedIOException failure(AddressTurns turns, RuntimeException failed) {
    List<String> tried = turns.taken().stream().map(InetAddress::getHostAddress).toList();
    UncheckedIOException failure =
        new UncheckedIOException(
            "connect failed: host="
                + turns.host()
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
