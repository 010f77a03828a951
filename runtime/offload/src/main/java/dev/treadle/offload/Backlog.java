package dev.treadle.offload;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a worker. A cancelled one is passed over; when they are the most, they
 * are taken out, so that a storm of them costs neither time nor memory. On the loop's thread.
 */
final class Backlog {
  private static final int MANY = 64;

  private final ArrayDeque<PoolCall<?>> calls = new ArrayDeque<>();
  private int over;

  void add(PoolCall<?> call) {
    calls.addLast(call);
  }

  /** To be done before all others, in that order. */
  void addFirst(List<PoolCall<?>> first) {
    for (int i = first.size() - 1; i >= 0; i--) {
      if (!first.get(i).over) {
        calls.addFirst(first.get(i));
      }
    }
  }

  /** The next to be done; stays here. */
  @Nullable PoolCall<?> first() {
    PoolCall<?> call = calls.peekFirst();
    while (call != null && call.over) {
      removeFirst();
      over = Math.max(0, over - 1);
      call = calls.peekFirst();
    }
    return call;
  }

  void removeFirst() {
    calls.removeFirst();
  }

  /** How many wait, at most. */
  int size() {
    // The count of those that are over is a guess.
    return Math.max(first() == null ? 0 : 1, calls.size() - over);
  }

  /** One that may be here is over. */
  void dropped() {
    over++;
    if (over > MANY && over > calls.size() / 2) {
      calls.removeIf(call -> call.over);
      over = 0;
    }
  }

  void collect(Collection<PoolCall<?>> into) {
    into.addAll(calls);
  }
}
