package dev.treadle.benchmarks.io;

import java.time.Duration;
import java.util.Locale;

/** Says what is going on, and when there is no time left for more. */
final class Progress {
  private final long start = System.nanoTime();
  private final long limitNanos;

  Progress(Duration limit) {
    limitNanos = limit.toNanos();
  }

  void say(String text) {
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    System.out.println(String.format(Locale.ROOT, "%4d s  %s", seconds, text));
  }

  boolean isTimeUp() {
    return System.nanoTime() - start > limitNanos;
  }
}
