package dev.treadle;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a ticker without overflow. */
final class Durations {
  private static final Duration LONGEST = Duration.ofDays(100 * 365);

  private Durations() {}

  static long toNanos(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
  }
}
