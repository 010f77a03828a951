package dev.treadle;

/**
 * How many steps may run before the next poll while there is always something ready. A poll is a
 * system call that costs as much as several steps, so short steps share one; the number adapts so
 * that some tens of microseconds pass between polls. On virtual time every turn polls, for the same
 * order in every run.
 */
final class PollPace {
  private static final int MOST_STEPS = 512;
  private static final long SHORT_NANOS = 30_000;
  private static final long LONG_NANOS = 100_000;

  private final boolean everyTurn;
  private int allowed = 1;
  private int left = 1;
  private long lastPoll;

  PollPace(boolean everyTurn) {
    this.everyTurn = everyTurn;
  }

  void ran(int steps) {
    left -= steps;
  }

  boolean isPollDue() {
    return left <= 0 || everyTurn;
  }

  /** A poll ended at the given time. */
  void polled(long now) {
    long elapsed = now - lastPoll;
    lastPoll = now;
    if (elapsed < SHORT_NANOS) {
      allowed = Math.min(MOST_STEPS, allowed * 2);
    } else if (elapsed > LONG_NANOS) {
      allowed = (int) Math.max(1, allowed * LONG_NANOS / elapsed);
    }
    left = allowed;
  }
}
