package dev.treadle.offload;

import dev.treadle.offload.internal.Board;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls that one worker has been sent and has not answered, in order, numbered from 2 on: the
 * first is its initializer. On the loop's thread.
 */
final class InFlight {
  /** As many as the board can revoke. */
  static final int MOST = 64;

  /** The number of the initializer, which is no call. */
  static final long INITIALIZER = 1;

  /** By the last bits of their numbers; null: moved to another worker. */
  private final @Nullable PoolCall<?>[] ring = new PoolCall<?>[MOST];

  private long head = INITIALIZER + 1;
  private long next = INITIALIZER + 1;

  int size() {
    return (int) (next - head);
  }

  /** The number of the first, or of the one that will be. */
  long head() {
    return head;
  }

  /** The first; null when there is none, or it is another worker's. */
  @Nullable PoolCall<?> first() {
    return head == next ? null : ring[at(head)];
  }

  /** Adds a call; returns its number. */
  long add(PoolCall<?> call) {
    long seq = next;
    next++;
    ring[at(seq)] = call;
    return seq;
  }

  /** Takes out the first; null when it is another worker's. */
  @Nullable PoolCall<?> removeFirst() {
    int at = at(head);
    PoolCall<?> call = ring[at];
    ring[at] = null;
    head++;
    return call;
  }

  /** Marks those from the given number on, so that they do not begin. */
  void revoke(Board board, long from) {
    for (long seq = from; seq < next; seq++) {
      board.revoke(seq);
    }
  }

  /** Takes away the calls from the given number on; the worker is still to answer for them. */
  List<PoolCall<?>> take(long from) {
    List<PoolCall<?>> calls = new ArrayList<>();
    for (long seq = from; seq < next; seq++) {
      PoolCall<?> call = ring[at(seq)];
      ring[at(seq)] = null;
      if (call != null && !call.over) {
        call.at(null, 0);
        calls.add(call);
      }
    }
    return calls;
  }

  /** There is nobody to answer any more. */
  List<PoolCall<?>> takeAll() {
    List<PoolCall<?>> calls = take(head);
    head = next;
    return calls;
  }

  void collect(List<PoolCall<?>> into) {
    for (long seq = head; seq < next; seq++) {
      PoolCall<?> call = ring[at(seq)];
      if (call != null) {
        into.add(call);
      }
    }
  }

  private static int at(long seq) {
    return (int) seq & MOST - 1;
  }
}
