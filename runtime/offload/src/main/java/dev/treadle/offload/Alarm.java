package dev.treadle.offload;

import dev.treadle.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Calls a pool back on its loop, in real time: processes know nothing of a virtual clock, which
 * besides stands still while they are busy. One for all that the pool has to look at later. On the
 * loop's thread.
 */
final class Alarm {
  /** A forgotten pool is held no longer than that. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Loop loop;
  private final Runnable look;
  private boolean armed;
  private long armedFor;

  Alarm(Loop loop, Runnable look) {
    this.loop = loop;
    this.look = look;
  }

  /** Has the pool look at that time of {@link System#nanoTime()}, or before. */
  void at(long nanos) {
    if (armed && armedFor - nanos <= 0) {
      return;
    }
    long now = System.nanoTime();
    long delay = Math.clamp(nanos - now, 0, MOST_NANOS);
    armed = true;
    armedFor = now + delay;
    CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS, this::handOver)
        .execute(this::fire);
  }

  private void handOver(Runnable fire) {
    try {
      loop.execute(fire);
    } catch (RejectedExecutionException closed) {
      // The pool has ended with its loop.
    }
  }

  private void fire() {
    // One armed for later, and since for earlier, comes twice. Who is called a little early asks
    // again.
    if (armed && armedFor - System.nanoTime() <= SLACK_NANOS) {
      armed = false;
    }
    look.run();
  }
}
