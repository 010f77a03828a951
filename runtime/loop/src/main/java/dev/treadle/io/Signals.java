package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.internal.SignalHandlers;
import dev.treadle.internal.Taking;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The signals of the operating system, one after the other: trio's {@code open_signal_receiver}.
 *
 * <pre>{@code
 * try (var signals = Signals.open("HUP", "TERM")) {
 *   for (String signal : signals) {
 *     if (signal.equals("TERM")) break;
 *     reload();
 *   }
 * }
 * Signals.await("INT", "TERM");            // or just wait for one
 * }</pre>
 *
 * <p>While this is open, its signals do nothing else: INT does not cancel the main task. A signal
 * that comes again before it was looked at is one, as with the operating system. Each of several
 * receivers gets each signal. The last one to close gives the signal back to whom it had been taken
 * from, and raises again what nobody has looked at.
 *
 * <p>A signal the process was started to ignore, as HUP under nohup, stays ignored. A wait for a
 * signal is no deadlock; a virtual clock gives it the grace that it gives a future.
 *
 * <p>Confined to the thread of the loop that opened it.
 */
public final class Signals implements Iterable<String>, AutoCloseable {
  private final Loop loop;
  private final List<String> names;

  /** Come and not looked at; in order, each once. */
  private final Set<String> pending = new LinkedHashSet<>();

  /** Each is given a signal, or null when this is closed. */
  private final Deque<CompletableFuture<@Nullable String>> waiting = new ArrayDeque<>();

  private boolean closed;

  private Signals(Loop loop, List<String> names) {
    this.loop = loop;
    this.names = names;
  }

  /**
   * Begins to receive these signals.
   *
   * @param names as {@code kill -l} lists them, without SIG
   * @throws IllegalArgumentException if there is no such signal, or the JVM or the operating system
   *     keeps it for itself; then none is received
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static Signals open(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException("no signal to receive: names=[]; give one or more");
    }
    Signals signals =
        new Signals(Loop.current(), List.copyOf(new LinkedHashSet<>(Arrays.asList(names))));
    try {
      signals.names.forEach(name -> SignalReceivers.add(name, signals));
    } catch (Throwable refused) {
      signals.close();
      throw refused;
    }
    return signals;
  }

  /**
   * Waits for the first of these signals from now on.
   *
   * @return its name
   * @throws IllegalArgumentException as {@link #open} does
   * @throws Cancelled if the task's scope is cancelled
   */
  public static String await(String... names) {
    try (Signals signals = open(names)) {
      return signals.next();
    }
  }

  /**
   * The signal that has come, or the next to come.
   *
   * @return its name
   * @throws IllegalStateException if this is or meanwhile gets closed
   * @throws Cancelled if the task's scope is cancelled; then no signal is lost
   */
  public String next() {
    String next = nextOrNull();
    if (next == null) {
      throw new IllegalStateException(
          "next() of closed signals: signals=" + names + "; keep them open while a task waits");
    }
    return next;
  }

  /**
   * The signals as they come; {@code hasNext} suspends. It ends when this is closed by another
   * task.
   */
  @Override
  public Iterator<String> iterator() {
    return new Taking<>() {
      @Override
      protected @Nullable String take() {
        return nextOrNull();
      }

      @Override
      protected String atEnd() {
        return "no more signals: signals=" + names + " are closed";
      }
    };
  }

  /** Stops receiving. Does nothing the second time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    names.forEach(name -> SignalReceivers.remove(name, this));
    pending.forEach(Signals::raiseAgain);
    pending.clear();
    waiting.forEach(waiter -> waiter.complete(null));
    waiting.clear();
  }

  @Override
  public String toString() {
    return "Signals" + names + (closed ? " closed" : "");
  }

  /** A signal has come; on a thread of the JVM's. */
  void deliver(String name) {
    try {
      loop.execute(() -> arrived(name));
    } catch (RejectedExecutionException loopEnded) {
      // Nobody closed this. There is no thread any more that it is confined to.
      SignalReceivers.remove(name, this);
      raiseAgain(name);
    }
  }

  /** For whom it was taken from, unless another receiver has got it, too. */
  private static void raiseAgain(String name) {
    if (!SignalReceivers.isTaken(name)) {
      SignalHandlers.raise(name);
    }
  }

  private void arrived(String name) {
    if (closed) {
      raiseAgain(name);
      return;
    }
    for (var waiter = waiting.poll(); waiter != null; waiter = waiting.poll()) {
      // Not if its task has been cancelled.
      if (waiter.complete(name)) {
        return;
      }
    }
    pending.add(name);
  }

  private @Nullable String nextOrNull() {
    Treadle.checkCancelled();
    Iterator<String> first = pending.iterator();
    if (first.hasNext()) {
      String name = first.next();
      first.remove();
      return name;
    }
    if (closed) {
      return null;
    }
    // A future, because it comes from outside: then the clock and the deadlock's finder know.
    var waiter = new CompletableFuture<@Nullable String>();
    waiting.add(waiter);
    try {
      return Treadle.await(waiter);
    } finally {
      waiting.remove(waiter);
    }
  }
}
