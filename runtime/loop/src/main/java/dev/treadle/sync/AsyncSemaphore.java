package dev.treadle.sync;

import dev.treadle.Action;
import dev.treadle.Block;
import dev.treadle.Cancelled;
import dev.treadle.Clause;
import dev.treadle.WaitQueue;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Permits that tasks acquire and give back, to bound how many do something at once: asyncio's
 * {@code Semaphore} and, from {@link #bounded}, its {@code BoundedSemaphore}.
 *
 * <pre>{@code
 * var connections = AsyncSemaphore.bounded(10);
 * var page = connections.run(() -> fetch(uri));
 * }</pre>
 *
 * <p>Tasks get permits in the order in which they asked. A release hands its permit over in the
 * same step as it wakes the next task, so nobody overtakes; a task cancelled after that has the
 * permit, and learns of the cancellation at its next suspension.
 *
 * <p>Confined to one loop's thread. Releasing needs no task, and may be done by another one.
 */
public final class AsyncSemaphore extends Confined {
  /** Tasks in acquire(); not empty only while there is no permit. */
  private final WaitQueue<Boolean> waiters = new WaitQueue<>();

  private final int most;
  private int permits;

  /**
   * A semaphore of the loop on this thread, which may be released more often than it was acquired.
   *
   * @param permits how many there are at first
   * @throws IllegalArgumentException if that is negative
   * @throws IllegalStateException if no loop runs on this thread
   */
  public AsyncSemaphore(int permits) {
    this(permits, Integer.MAX_VALUE);
  }

  private AsyncSemaphore(int permits, int most) {
    if (permits < 0) {
      throw new IllegalArgumentException(
          "permits must not be negative: permits=" + permits + "; start with 0 or more");
    }
    this.permits = permits;
    this.most = most;
  }

  /** The same, but it refuses a release that nobody acquired for. */
  public static AsyncSemaphore bounded(int permits) {
    return new AsyncSemaphore(permits, permits);
  }

  /**
   * Gets a permit; suspends while there is none.
   *
   * @throws Cancelled if the task's scope is cancelled; it has got no permit then
   * @throws IllegalStateException outside a task when there is none
   */
  public void acquire() {
    confine("acquire");
    loop.checkCancelled();
    if (permits > 0) {
      permits--;
    } else {
      waiters.park("acquire", this, null);
    }
  }

  /**
   * Gets a permit if there is one.
   *
   * @return false if there is none
   */
  public boolean tryAcquire() {
    confine("tryAcquire");
    if (permits == 0) {
      return false;
    }
    permits--;
    return true;
  }

  /**
   * Gives a permit to the task that waits longest, or adds it.
   *
   * @throws IllegalStateException if it is bounded and has all its permits
   */
  public void release() {
    confine("release");
    if (permits == most) {
      throw new IllegalStateException(
          "release() without an acquire: semaphore=" + this + "; release once for each acquire");
    }
    if (!waiters.wake(true)) {
      permits++;
    }
  }

  /**
   * Runs the body with a permit, Kotlin's {@code withPermit}.
   *
   * @throws X what the body throws
   * @throws Cancelled if the task's scope is cancelled before it has a permit, or the body lets it
   *     through
   */
  @SuppressWarnings("overloads") // A lambda either gives a value or it does not.
  public <T extends @Nullable Object, X extends Exception> T run(Block<T, X> body) throws X {
    acquire();
    try {
      return body.run();
    } finally {
      release();
    }
  }

  /** The same for a body without a value. */
  @SuppressWarnings("overloads") // As above.
  public <X extends Exception> void run(Action<X> body) throws X {
    acquire();
    try {
      body.run();
    } finally {
      release();
    }
  }

  /**
   * A clause of {@link dev.treadle.Treadle#select}: it wins with a permit, runs the body and
   * releases it.
   */
  public <T extends @Nullable Object> Clause<T> onAcquire(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    confine("onAcquire");
    return waiters.clause(
        "acquire",
        this,
        null,
        () -> permits > 0,
        this::tryAcquire,
        held -> {
          try {
            return body.call();
          } finally {
            release();
          }
        });
  }

  /** The same for a body without a value. */
  public Clause<@Nullable Void> onAcquire(Action<Exception> body) {
    return this.<@Nullable Void>onAcquire(callable(body));
  }

  /** How many permits can be acquired now without waiting. */
  public int availablePermits() {
    return permits;
  }

  /** What it looks like now. */
  public Statistics statistics() {
    return new Statistics(permits, waiters.size());
  }

  /**
   * A semaphore at one moment.
   *
   * @param availablePermits how many can be acquired without waiting
   * @param waiters how many tasks wait for one
   */
  public record Statistics(int availablePermits, int waiters) {}

  @Override
  public String toString() {
    return "AsyncSemaphore["
        + permits
        + (most == Integer.MAX_VALUE ? "" : "/" + most)
        + " waiters="
        + waiters.size()
        + "]";
  }
}
