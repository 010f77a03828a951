package dev.treadle.sync;

import dev.treadle.Cancelled;
import dev.treadle.WaitQueue;

/**
 * Lets a number of tasks wait for one another, again and again: asyncio's {@code Barrier}.
 *
 * <pre>{@code
 * var lap = new AsyncBarrier(runners);
 * if (lap.await() == 0) IO.println("all are here");
 * }</pre>
 *
 * <p>When the last of them comes all go on: that is decided in one step, so what happens between it
 * and their turns (a reset, a cancellation) takes nothing back, and the next who come make up the
 * next round. asyncio's has a draining state in that time, where a reset lets some pass and fails
 * the others.
 *
 * <p>A task that is cancelled while it waits only leaves; as in asyncio, and unlike in Java's
 * {@code CyclicBarrier}, the barrier is not broken.
 *
 * <p>Confined to one loop's thread.
 */
public final class AsyncBarrier extends Confined {
  private static final int BROKEN = -1;

  /** Tasks of this round, each woken with its index or {@link #BROKEN}. */
  private final WaitQueue<Integer> waiters = new WaitQueue<>();

  private final int parties;
  private boolean broken;

  /**
   * A barrier of the loop on this thread.
   *
   * @param parties how many tasks have to come
   * @throws IllegalArgumentException if that is not positive
   * @throws IllegalStateException if no loop runs on this thread
   */
  public AsyncBarrier(int parties) {
    if (parties <= 0) {
      throw new IllegalArgumentException(
          "parties must be positive: parties=" + parties + "; give the number of tasks to come");
    }
    this.parties = parties;
  }

  /**
   * Suspends until as many tasks as there are parties have come.
   *
   * @return the task's place in the order of arrival, from 0 to {@code parties - 1}; different for
   *     each task of a round
   * @throws BarrierBrokenException if the barrier is aborted, or reset while the task waits
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public int await() {
    confine("await");
    loop.checkCancelled();
    if (broken) {
      throw broken("aborted");
    }
    int last = parties - 1;
    if (waiters.size() < last) {
      int index = waiters.park("await", this, null);
      if (index == BROKEN) {
        throw broken(broken ? "aborted" : "reset");
      }
      return index;
    }
    for (int index = 0; index < last; index++) {
      waiters.wake(index);
    }
    return last;
  }

  /** Starts anew, also when broken; tasks that wait get a {@link BarrierBrokenException}. */
  public void reset() {
    confine("reset");
    broken = false;
    waiters.wakeAll(BROKEN);
  }

  /**
   * Breaks it: tasks that wait, and all that come before the next {@link #reset}, get a {@link
   * BarrierBrokenException}.
   */
  public void abort() {
    confine("abort");
    broken = true;
    waiters.wakeAll(BROKEN);
  }

  /** Whether it was aborted and not reset since. */
  public boolean isBroken() {
    return broken;
  }

  /** How many tasks have to come. */
  public int parties() {
    return parties;
  }

  /** How many have come and wait. */
  public int waiting() {
    return waiters.size();
  }

  /** What it looks like now. */
  public Statistics statistics() {
    return new Statistics(parties, waiters.size(), broken);
  }

  /**
   * A barrier at one moment.
   *
   * @param parties how many tasks have to come
   * @param waiters how many have come and wait
   * @param broken whether it was aborted
   */
  public record Statistics(int parties, int waiters, boolean broken) {}

  @Override
  public String toString() {
    return "AsyncBarrier["
        + (broken ? "broken " : "")
        + "waiters="
        + waiters.size()
        + "/"
        + parties
        + "]";
  }

  private BarrierBrokenException broken(String how) {
    return new BarrierBrokenException(
        "await() failed: barrier=" + this + " was " + how + "; reset it, or end what uses it");
  }
}
