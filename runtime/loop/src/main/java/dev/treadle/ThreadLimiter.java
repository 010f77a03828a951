package dev.treadle;

import org.jspecify.annotations.Nullable;

/**
 * How many bodies {@link Treadle#onThread(ThreadLimiter, Block)} runs at once; the others wait,
 * first come first served: trio's {@code CapacityLimiter}. One for each thing that bears only so
 * much, such as a database; {@link Loop#threadLimiter()} is the one for all others. They do not
 * share: a body counts for the one limiter it is given.
 *
 * <p>Confined to the thread of the loop that uses it. Another loop may use it when no body of the
 * first one runs or waits.
 */
public final class ThreadLimiter {
  private final WaitQueue<@Nullable Void> waiting = new WaitQueue<>();
  private @Nullable Loop loop;
  private int total;
  private int running;

  /**
   * A limiter for so many bodies at once.
   *
   * @throws IllegalArgumentException if there is not to be one
   */
  public ThreadLimiter(int total) {
    this.total = requirePositive(total);
  }

  static int requirePositive(int total) {
    if (total < 1) {
      throw new IllegalArgumentException(
          "a ThreadLimiter needs a thread: total=" + total + "; give one or more");
    }
    return total;
  }

  /**
   * Allows more bodies at once, or fewer; what runs is left to end.
   *
   * @throws IllegalArgumentException if there is not to be one
   */
  public void setTotal(int newTotal) {
    if (loop != null) {
      loop.requireLoopThread("ThreadLimiter.setTotal()");
    }
    total = requirePositive(newTotal);
    grant();
  }

  /** The numbers of this moment. */
  public Statistics statistics() {
    return new Statistics(total, running, waiting.size());
  }

  /**
   * Waits until one more body may run.
   *
   * @throws Cancelled if the task's scope is cancelled first
   */
  void acquire(Task<?> task) {
    use(task.loop());
    if (running < total && waiting.isEmpty()) {
      running++;
      return;
    }
    waiting.park(task, "wait for a thread of", this, null);
    // Whoever woke it has counted it.
  }

  /** A body has ended; on the loop's thread, or on the body's when the loop is closed. */
  void release() {
    running--;
    grant();
  }

  private void grant() {
    while (running < total && !waiting.isEmpty()) {
      running++;
      waiting.wake(null);
    }
  }

  private void use(Loop by) {
    Loop before = loop;
    if (before != by) {
      if (before != null && (running > 0 || !waiting.isEmpty())) {
        throw new IllegalStateException(
            "a ThreadLimiter is used by two loops at once: limiter="
                + this
                + " loops="
                + before.name()
                + ","
                + by.name()
                + "; make one for each");
      }
      loop = by;
    }
  }

  @Override
  public String toString() {
    return "ThreadLimiter[" + running + " of " + total + ", " + waiting.size() + " waiting]";
  }

  /**
   * What {@link #statistics} gives.
   *
   * @param total how many bodies may run at once
   * @param running how many do, abandoned ones among them; more than {@code total} after that was
   *     lowered
   * @param waiting how many tasks wait
   */
  public record Statistics(int total, int running, int waiting) {}
}
