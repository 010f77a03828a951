package dev.treadle.offload;

import dev.treadle.Loop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls that were submitted on other threads than the pool's loop; one wake-up for many. */
final class Inbox {
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
    if (!woken.get() && woken.compareAndSet(false, true)) {
      try {
        loop.execute(arrive);
      } catch (RejectedExecutionException closed) {
        calls.remove(call);
        throw new RejectedExecutionException(
            "submit() refused: call=" + call.name() + "; the pool's loop has ended", closed);
      }
    }
  }

  private void arrive() {
    // Before the look: who comes after it wakes the loop again.
    woken.set(false);
    drain();
    dispatcher.settle();
  }

  /** On the loop's thread. */
  void drain() {
    for (PoolCall<?> call = calls.poll(); call != null; call = calls.poll()) {
      dispatcher.submit(call);
    }
  }
}
