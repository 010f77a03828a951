package dev.treadle.sync;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import dev.treadle.Clause;
import dev.treadle.WaitQueue;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A flag that tasks wait for: asyncio's {@code Event}. For something that happens once and has a
 * value, a {@link dev.treadle.Deferred} is the better choice.
 *
 * <pre>{@code
 * var open = new AsyncEvent();
 * spawn(() -> { open.await(); serve(); });
 * open.set();
 * }</pre>
 *
 * <p>Setting it lets every task go on that waits then, also if it is cleared before they run.
 *
 * <p>Confined to one loop's thread.
 */
public final class AsyncEvent extends Confined {
  private final WaitQueue<Boolean> waiters = new WaitQueue<>();
  private boolean set;

  /**
   * An event of the loop on this thread, not set.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public AsyncEvent() {}

  /**
   * Suspends until it is set; not at all when it is.
   *
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task when it is not set
   */
  public void await() {
    confine("await");
    loop.checkCancelled();
    if (!set) {
      waiters.park("await", this, null);
    }
  }

  /** A clause of {@link dev.treadle.Treadle#select}: it wins when the event is set. */
  public <T extends @Nullable Object> Clause<T> onSet(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    confine("onSet");
    return waiters.clause("await", this, null, () -> set, () -> true, is -> body.call());
  }

  /** The same for a body without a value. */
  public Clause<@Nullable Void> onSet(Action<Exception> body) {
    return this.<@Nullable Void>onSet(callable(body));
  }

  /** Sets it and wakes all tasks that wait. */
  public void set() {
    confine("set");
    set = true;
    waiters.wakeAll(true);
  }

  /** Resets it: tasks that come from now on wait. */
  public void clear() {
    confine("clear");
    set = false;
  }

  /** Whether it is set. */
  public boolean isSet() {
    return set;
  }

  /** What it looks like now. */
  public Statistics statistics() {
    return new Statistics(set, waiters.size());
  }

  /**
   * An event at one moment.
   *
   * @param set whether it is set
   * @param waiters how many tasks wait for it
   */
  public record Statistics(boolean set, int waiters) {}

  @Override
  public String toString() {
    return "AsyncEvent[" + (set ? "set" : "unset") + " waiters=" + waiters.size() + "]";
  }
}
