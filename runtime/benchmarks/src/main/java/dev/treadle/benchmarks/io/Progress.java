package dev.treadle.benchmarks.io;

import java.time.Duration;
import java.util.Locale;

/** Says what is going on, and when there is no time left for more. */
public final class Progress {
  private final long start = System.nanoTime();
  private final long limitNanos;

  /** With so much time. */
  public Progress(Duration limit) {
    limitNanos = limit.toNanos();
  }

  /** Prints it with the time since the start. */
  public void say(String text) {
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    System.out.println(String.format(Locale.ROOT, "%4d s  %s", seconds, text));
  }

  /** Whether no round should begin any more. */
  public boolean isTimeUp() {
    return System.nanoTime() - start > limitNanos;
  }
}
