package dev.treadle.offload;

import dev.treadle.Loop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls that were submitted on other threads than the pool's loop; one wake-up for many. */
final class Inbox {
  /** A flood of calls does not keep the loop from the rest. */
  private static final int MOST_IN_A_TURN = 1024;

  private final Loop loop;
  private final Dispatcher dispatcher;
  private final ConcurrentLinkedQueue<PoolCall<?>> calls = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Runnable arrive = this::arrive;

  Inbox(Loop loop, Dispatcher dispatcher) {
    this.loop = loop;
    this.dispatcher = dispatcher;
  }

  /** Any thread. */
  void add(PoolCall<?> call) {
    calls.add(call);
    try {
      wake();
    } catch (RejectedExecutionException closed) {
      calls.remove(call);
      throw new RejectedExecutionException(
          "submit() refused: call=" + call.name() + "; the pool's loop has ended", closed);
    }
  }

  private void wake() {
    if (!woken.get() && woken.compareAndSet(false, true)) {
      loop.execute(arrive);
    }
  }

  private void arrive() {
    // Before the look: who comes after it wakes the loop again.
    woken.set(false);
    if (!drain(MOST_IN_A_TURN)) {
      wake();
    }
    dispatcher.settle();
  }

  /** Takes in what has arrived; on the loop's thread. */
  void drain() {
    drain(Integer.MAX_VALUE);
  }

  private boolean drain(int most) {
    for (int i = 0; i < most; i++) {
      PoolCall<?> call = calls.poll();
      if (call == null) {
        return true;
      }
      dispatcher.submit(call);
    }
    return false;
  }
}
