package dev.treadle;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The time of a loop under test: it stands still while anything can run and jumps to the next timer
 * when the loop is idle, so that an hour of sleeping takes no time. trio's {@code MockClock} with
 * autojump, on Netty's {@link MockTicker}, so that Netty's own timers follow it.
 */
public final class VirtualClock {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final Instant start;

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

  MockTicker ticker() {
    return ticker;
  }

  @Override
  public String toString() {
    return "VirtualClock[" + elapsed() + "]";
  }
}
