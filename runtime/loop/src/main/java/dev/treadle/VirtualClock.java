package dev.treadle;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of a loop under test: it stands still while anything can run and jumps to the next timer
 * when the loop is idle, so that an hour of sleeping takes no time. trio's {@code MockClock} with
 * autojump, on Netty's {@link MockTicker}, so that Netty's own timers follow it.
 */
public final class VirtualClock {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final Instant start;
  private final WaitQueue<@Nullable Void> settled = new WaitQueue<>();
  private final WaitQueue<@Nullable Void> idle = new WaitQueue<>();

  /** A clock that starts at the epoch, 1970-01-01T00:00:00Z. */
  public VirtualClock() {
    this(Instant.EPOCH);
  }

  /** A clock whose wall time starts at the given instant. */
  public VirtualClock(Instant start) {
    this.start = start;
  }

  /** How far the clock has come. Any thread. */
  public Duration elapsed() {
    return Duration.ofNanos(ticker.nanoTime());
  }

  /** The wall time the clock shows. Any thread. */
  public Instant instant() {
    return start.plus(elapsed());
  }

  /**
   * Moves the clock on; what is due fires before the loop's next turn. On the loop's thread.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(
          "a clock cannot go back: advance=" + time + "; give zero or more");
    }
    ticker.advance(Durations.toNanos(time), TimeUnit.NANOSECONDS);
  }

  /**
   * Suspends the current task until no other task of its loop can run: each waits for a time, for
   * another one, or for something outside. Then time still is what it was. trio's {@code
   * wait_all_tasks_blocked}, kotlinx's {@code runCurrent}. To let time pass, in its order, just
   * {@link Treadle#sleep}: that is {@code advanceTimeBy}.
   *
   * @throws Cancelled if the task is cancelled
   * @throws IllegalStateException outside a task, or if its loop has another clock
   */
  public void settle() {
    await(settled, "settle");
  }

  /**
   * Suspends the current task until nothing can happen any more: time moves on from timer to timer
   * until there is none, and nothing is outstanding elsewhere. What then still waits would wait
   * forever. kotlinx's {@code advanceUntilIdle}.
   *
   * @throws Cancelled if the task is cancelled
   * @throws IllegalStateException outside a task, or if its loop has another clock
   */
  public void advanceUntilIdle() {
    await(idle, "advanceUntilIdle");
  }

  private void await(WaitQueue<@Nullable Void> queue, String operation) {
    Task<?> task = Task.require(operation + "()");
    if (!task.loop().hasClock(this)) {
      throw new IllegalStateException(
          operation
              + "() of another loop's clock: loop="
              + task.loop().name()
              + "; give the clock to LoopBuilder.clock(...), or take the loop's own");
    }
    queue.park(task, operation, this, null);
  }

  /** Wakes those who wait for others to wait; false if there is nobody. */
  boolean wakeSettled() {
    return wake(settled);
  }

  /** Wakes those who wait for the end of all timers; false if there is nobody. */
  boolean wakeIdle() {
    return wake(idle);
  }

  private static boolean wake(WaitQueue<@Nullable Void> queue) {
    boolean any = !queue.isEmpty();
    queue.wakeAll(null);
    return any;
  }

  MockTicker ticker() {
    return ticker;
  }

  @Override
  public String toString() {
    return "VirtualClock[" + elapsed() + "]";
  }
}
