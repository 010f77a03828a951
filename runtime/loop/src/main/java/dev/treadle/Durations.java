package dev.treadle;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a ticker without overflow. */
final class Durations {
  private static final long LONGEST_SECONDS = Duration.ofDays(100 * 365).toSeconds();

  private static final long NANOS = 1_000_000_000;

  private Durations() {}

  /** A hundred years at most, either way. */
  static long toNanos(Duration duration) {
    long seconds = duration.getSeconds();
    if (seconds >= LONGEST_SECONDS) {
      return LONGEST_SECONDS * NANOS;
    }
    if (seconds < -LONGEST_SECONDS) {
      return -LONGEST_SECONDS * NANOS;
    }
    return seconds * NANOS + duration.getNano();
  }
}
