package dev.treadle;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Awaitables of one loop in the order in which they are done; those done already in the order
 * given. Holds a callback at each of the others, from the first look until {@link #forget}.
 * Confined to the loop's thread.
 */
final class Arrivals<A extends Awaitable<?>> {
  /** Those that have not arrived, each with its callback while there is one. */
  private final Map<A, @Nullable Wait> pending = new LinkedHashMap<>();

  private final Queue<A> arrived = new ArrayDeque<>();
  private final WaitQueue<A> waiting = new WaitQueue<>();
  private boolean listening;

  /** Kept reachable as long as there is a callback to be taken back. */
  @Nullable Object keptAlive;

  Arrivals(Loop loop, Collection<? extends A> awaitables) {
    for (A awaitable : awaitables) {
      requireOf(loop, awaitable);
      pending.put(awaitable, null);
    }
  }

  static void requireOf(Loop loop, Awaitable<?> awaitable) {
    if (awaitable.loop() != loop) {
      throw new IllegalArgumentException(
          "an awaitable of another loop: awaitable="
              + awaitable.describe()
              + " loop="
              + awaitable.loop().name()
              + "; await it in a task of this loop, and give that task");
    }
  }

  /** Gives every awaitable once, and holds no callback at the end. */
  static <A extends Awaitable<?>> Waited<A> awaitUntil(
      Until until, Collection<? extends A> awaitables) {
    Task<?> task = Task.require("awaitUntil()");
    task.checkCancelled();
    if (awaitables.isEmpty() && until == Until.FIRST_COMPLETED) {
      throw new IllegalArgumentException(
          "awaitUntil() of nothing: until=FIRST_COMPLETED awaitables=[]; give at least one");
    }
    Arrivals<A> arrivals = new Arrivals<>(task.loop(), awaitables);
    try {
      boolean met = false;
      while (!met && arrivals.hasNext()) {
        met = until.isMetBy(arrivals.next());
      }
    } finally {
      arrivals.forget();
    }
    return Waited.of(awaitables);
  }

  boolean hasNext() {
    return !arrived.isEmpty() || !pending.isEmpty();
  }

  /** The next one; suspends the current task until it is done. */
  A next() {
    listen();
    A next = arrived.poll();
    if (next != null) {
      return next;
    }
    if (pending.isEmpty()) {
      throw new NoSuchElementException("all awaitables have been given; ask hasNext()");
    }
    try {
      return waiting.park("await the next of", this, null);
    } catch (Throwable left) {
      if (waiting.isEmpty()) {
        // Nobody may come back: what is done meanwhile is found by the next look.
        forget();
      }
      throw left;
    }
  }

  void listen() {
    if (listening) {
      return;
    }
    listening = true;
    for (A awaitable : List.copyOf(pending.keySet())) {
      Wait callback = awaitable.whenDone(outcome -> arrive(awaitable));
      if (callback != null) {
        pending.put(awaitable, callback);
      }
    }
  }

  /** Takes back every callback; {@link #next} makes new ones. */
  void forget() {
    listening = false;
    for (Map.Entry<A, @Nullable Wait> entry : pending.entrySet()) {
      entry.getKey().forget(entry.getValue());
      entry.setValue(null);
    }
  }

  private void arrive(A awaitable) {
    // Not the second time: one completed by another thread may be told after it was forgotten.
    if (pending.containsKey(awaitable)) {
      pending.remove(awaitable);
      if (!waiting.wake(awaitable)) {
        arrived.add(awaitable);
      }
    }
  }

  @Override
  public String toString() {
    return pending.size() + " awaitables";
  }
}
