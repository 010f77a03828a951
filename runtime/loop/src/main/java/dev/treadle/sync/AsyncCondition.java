package dev.treadle.sync;

import dev.treadle.Cancelled;
import dev.treadle.Task;
import dev.treadle.WaitQueue;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Lets a task that has a lock wait for what others do with that lock: asyncio's {@code Condition},
 * with the names of {@link java.util.concurrent.locks.Condition}.
 *
 * <pre>{@code
 * var changed = new AsyncCondition();
 * changed.lock().run(() -> { changed.awaitUntil(() -> stock > 0); stock--; });
 * changed.lock().run(() -> { stock++; changed.signal(); });
 * }</pre>
 *
 * <p>Awaiting releases the lock and gets it back before it returns or throws, cancelled or not. A
 * signal wakes the task that waits longest. A task that is cancelled between the signal and its
 * return passes the signal on, as in asyncio since 3.13, so that none is lost.
 *
 * <p>Confined to one loop's thread.
 */
public final class AsyncCondition extends Confined {
  private final WaitQueue<Boolean> waiters = new WaitQueue<>();
  private final AsyncLock lock;

  /**
   * A condition with a lock of its own, of the loop on this thread.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public AsyncCondition() {
    this(new AsyncLock());
  }

  /**
   * A condition of the given lock, which may have several.
   *
   * @throws IllegalStateException if the lock belongs to another loop than that on this thread
   */
  public AsyncCondition(AsyncLock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
    lock.confine("AsyncCondition");
  }

  /** The lock to have when calling the other methods. */
  public AsyncLock lock() {
    return lock;
  }

  /**
   * Releases the lock, suspends until signalled, and gets the lock back. What was waited for need
   * not be so any more: look again, or use {@link #awaitUntil}.
   *
   * @throws Cancelled if the task's scope is cancelled; it has the lock all the same
   * @throws IllegalStateException if this task does not have the lock
   */
  public void await() {
    Task<?> task = lock.requireOwner("await");
    loop.checkCancelled();
    lock.handOver();
    try {
      waiters.park("await", this, null);
    } catch (Throwable notSignalled) {
      lock.reacquire(task);
      throw notSignalled;
    }
    lock.reacquire(task);
    if (task.isCancelling()) {
      waiters.wake(true);
      loop.checkCancelled();
    }
  }

  /**
   * Awaits until the predicate, evaluated with the lock, is true; not at all when it is.
   *
   * @throws Cancelled if the task's scope is cancelled; it has the lock all the same
   * @throws IllegalStateException if this task does not have the lock
   */
  public void awaitUntil(BooleanSupplier predicate) {
    lock.requireOwner("awaitUntil");
    loop.checkCancelled();
    while (!predicate.getAsBoolean()) {
      await();
    }
  }

  /**
   * Wakes the task that waits longest, if any; it goes on once it has the lock.
   *
   * @throws IllegalStateException if this task does not have the lock
   */
  public void signal() {
    signal(1);
  }

  /** Wakes so many tasks, or as many as there are, in the order in which they came. */
  public void signal(int tasks) {
    lock.requireOwner("signal");
    for (int n = Math.min(tasks, waiters.size()); n > 0; n--) {
      waiters.wake(true);
    }
  }

  /** Wakes all tasks that wait, in the order in which they came. */
  public void signalAll() {
    lock.requireOwner("signalAll");
    waiters.wakeAll(true);
  }

  /** What it looks like now. */
  public Statistics statistics() {
    return new Statistics(waiters.size(), lock.statistics());
  }

  /**
   * A condition at one moment.
   *
   * @param waiters how many tasks wait for a signal
   * @param lock its lock
   */
  public record Statistics(int waiters, AsyncLock.Statistics lock) {}

  @Override
  public String toString() {
    return "AsyncCondition[waiters=" + waiters.size() + " " + lock + "]";
  }
}
