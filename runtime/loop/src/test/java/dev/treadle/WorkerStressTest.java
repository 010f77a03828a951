package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work offered to a thread that is about to retire is refused or done; never taken and lost. */
@Timeout(600)
class WorkerStressTest {
  private static final int ROUNDS = 2000 * Integer.getInteger("treadle.stress", 1);

  /** A thread with a slot, as the harness sees it, so that a broken one can take its place. */
  private interface Slot {
    boolean offer(Worker.Work work);

    Thread thread();
  }

  @Test
  void shouldLoseNoWorkWhenOfferedToAThreadThatRetires() throws InterruptedException {
    assertThat(
            lost(
                (first, idleNanos) -> {
                  Worker worker = new Worker("worker", first, idleNanos);
                  worker.start();
                  return new Slot() {
                    @Override
                    public boolean offer(Worker.Work work) {
                      return worker.offer(work);
                    }

                    @Override
                    public Thread thread() {
                      return worker.thread();
                    }
                  };
                }))
        .isZero();
  }

  /** The broken twin looks into the slot first and writes then. */
  @Test
  void shouldLoseWorkWhenTheSlotIsNotClosedInOneStep() throws InterruptedException {
    assertThat(lost(BrokenWorker::new)).isPositive();
  }

  /** How much of the work that was accepted has not been done when the thread has ended. */
  private static int lost(Maker maker) throws InterruptedException {
    int accepted = 0;
    AtomicInteger done = new AtomicInteger();
    for (int n = 0; n < ROUNDS; n++) {
      // A thread takes its time to begin; the offer is to come about when it retires.
      long wait = n % 200 * 2000L;
      Slot slot = maker.make(new Counting(new AtomicInteger()), 30_000);
      long end = System.nanoTime() + wait;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      if (slot.offer(new Counting(done))) {
        accepted++;
      }
      slot.thread().join();
    }
    return accepted - done.get();
  }

  @FunctionalInterface
  private interface Maker {
    Slot make(Worker.Work first, long idleNanos);
  }

  private record Counting(AtomicInteger done) implements Worker.Work {
    @Override
    public void run(@Nullable Worker worker) {
      done.incrementAndGet();
    }

    @Override
    public void interrupt() {}

    @Override
    public String owner() {
      return "test";
    }
  }

  private static final class BrokenWorker implements Slot {
    /** Between look and write: wide enough to be hit often. */
    private static final long GAP_NANOS = 20_000;

    private final AtomicReference<@Nullable Object> slot = new AtomicReference<>();
    private final Thread thread;

    BrokenWorker(Worker.Work first, long idleNanos) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    ((Counting) first).run(null);
                    long end = System.nanoTime() + idleNanos;
                    while (System.nanoTime() < end) {
                      LockSupport.parkNanos(this, end - System.nanoTime());
                      if (slot.get() instanceof Counting work) {
                        work.run(null);
                        return;
                      }
                    }
                    if (slot.get() == null) {
                      LockSupport.parkNanos(GAP_NANOS);
                      slot.set("retired");
                    }
                  });
    }

    @Override
    public boolean offer(Worker.Work work) {
      if (slot.get() != null) {
        return false;
      }
      LockSupport.parkNanos(GAP_NANOS);
      slot.set(work);
      LockSupport.unpark(thread);
      return true;
    }

    @Override
    public Thread thread() {
      return thread;
    }
  }
}
