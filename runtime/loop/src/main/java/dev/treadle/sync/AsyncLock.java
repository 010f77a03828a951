package dev.treadle.sync;

import dev.treadle.Action;
import dev.treadle.Block;
import dev.treadle.Cancelled;
import dev.treadle.Clause;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.WaitQueue;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock between tasks, held across suspensions: asyncio's {@code Lock}, strict as
 * trio's. Between two suspensions no other task runs and no lock is needed.
 *
 * <pre>{@code
 * var lock = new AsyncLock();
 * int balance = lock.run(() -> { var account = load(); return store(account.plus(5)); });
 * }</pre>
 *
 * <p>Tasks get it in the order in which they asked. A release hands it over in the same step as it
 * wakes the next task, so nobody overtakes; a task cancelled after that has the lock, and learns of
 * the cancellation at its next suspension. It knows the task that holds it: it is not re-entrant,
 * and only that task can release it.
 *
 * <p>Confined to one loop's thread.
 */
public final class AsyncLock extends Confined {
  /** Tasks in acquire(), each as its own payload; not empty only while there is an owner. */
  private final WaitQueue<Boolean> waiters = new WaitQueue<>();

  private @Nullable Task<?> owner;

  /**
   * A lock of the loop on this thread.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public AsyncLock() {}

  /**
   * Gets the lock; suspends while another task has it.
   *
   * @throws Cancelled if the task's scope is cancelled; it does not have the lock then
   * @throws IllegalStateException if the task has the lock already, if the one that has it ended
   *     without a release, or outside a task
   */
  public void acquire() {
    Task<?> task = requireTask("acquire");
    loop.checkCancelled();
    if (!take(task, "acquire")) {
      waitFor(task);
    }
  }

  /**
   * Gets the lock if it is free.
   *
   * @return false if another task has it
   * @throws IllegalStateException if the task has the lock already, or outside a task
   */
  public boolean tryAcquire() {
    return take(requireTask("tryAcquire"), "tryAcquire");
  }

  /**
   * Gives the lock to the task that waits longest, or sets it free.
   *
   * @throws IllegalStateException if this task does not have it
   */
  public void release() {
    requireOwner("release");
    handOver();
  }

  /**
   * Runs the body with the lock, Kotlin's {@code withLock}.
   *
   * @throws X what the body throws
   * @throws Cancelled if the task's scope is cancelled before it has the lock, or the body lets it
   *     through
   * @throws IllegalStateException as {@link #acquire} and {@link #release} do
   */
  @SuppressWarnings("overloads") // A lambda either gives a value or it does not.
  public <T extends @Nullable Object, X extends Exception> T run(Block<T, X> body) throws X {
    acquire();
    T value;
    try {
      value = body.run();
    } catch (Throwable failure) {
      // A body that could not get it back from a condition must not have its failure replaced.
      if (owner == loop.running()) {
        handOver();
      }
      throw failure;
    }
    release();
    return value;
  }

  /** The same for a body without a value. */
  @SuppressWarnings("overloads") // As above.
  public <X extends Exception> void run(Action<X> body) throws X {
    this.<@Nullable Void, X>run(
        () -> {
          body.run();
          return null;
        });
  }

  /**
   * A clause of {@link Treadle#select}, for the task that makes it: it wins with the lock, runs the
   * body and releases it. Kotlin's {@code onLock}.
   *
   * @throws IllegalStateException if the task has the lock already, or outside a task
   */
  public <T extends @Nullable Object> Clause<T> onAcquire(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    Task<?> task = requireTask("onAcquire");
    if (owner == task) {
      throw isHeld("onAcquire");
    }
    return waiters.clause(
        "acquire",
        this,
        task,
        () -> owner == null,
        () -> take(task, "onAcquire"),
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

  /** Whether a task has it. */
  public boolean isLocked() {
    return owner != null;
  }

  /** The task that has it, or null. */
  public @Nullable Task<?> owner() {
    return owner;
  }

  /** What it looks like now. */
  public Statistics statistics() {
    return new Statistics(owner, waiters.size());
  }

  /**
   * A lock at one moment.
   *
   * @param owner the task that has it, or null
   * @param waiters how many tasks wait for it
   */
  public record Statistics(@Nullable Task<?> owner, int waiters) {}

  @Override
  public String toString() {
    return owner == null
        ? "AsyncLock[free]"
        : "AsyncLock[held by " + name(owner) + " waiters=" + waiters.size() + "]";
  }

  Task<?> requireOwner(String operation) {
    Task<?> task = requireTask(operation);
    if (owner != task) {
      throw new IllegalStateException(
          operation
              + "() without the lock: lock="
              + this
              + " task="
              + task.name()
              + "; only the task that acquired it may");
    }
    return task;
  }

  /** Release, for one who is known to have it. */
  void handOver() {
    owner = (Task<?>) waiters.peekPayload();
    if (owner != null) {
      waiters.wake(true);
    }
  }

  /** Gets it back, cancelled or not. */
  void reacquire(Task<?> task) {
    if (!take(task, "acquire")) {
      Treadle.shield(() -> waitFor(task));
    }
  }

  private boolean take(Task<?> task, String operation) {
    if (owner == null) {
      owner = task;
      return true;
    }
    if (owner == task) {
      throw isHeld(operation);
    }
    return false;
  }

  private IllegalStateException isHeld(String operation) {
    return new IllegalStateException(
        operation + "() by the task that has it: lock=" + this + "; it is not re-entrant");
  }

  private void waitFor(Task<?> task) {
    Task<?> holder = owner;
    if (holder != null && holder.isDone()) {
      throw new IllegalStateException(
          "acquire() would wait for ever: lock="
              + this
              + "; its holder ended without a release: use run(...)");
    }
    waiters.park("acquire", this, task);
  }
}
