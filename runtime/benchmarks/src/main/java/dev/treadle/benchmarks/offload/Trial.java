package dev.treadle.benchmarks.offload;

import dev.treadle.benchmarks.io.Sample;
import org.jspecify.annotations.Nullable;

/**
 * One way to do what a section measures.
 *
 * @param title as the table has it
 * @param warm done once before the rounds, not counted
 * @param measure one round
 * @param missing what is not installed, or null when it can be measured
 */
record Trial(String title, Round warm, Round measure, @Nullable String missing) {
  /** What is done, and how long it took. */
  @FunctionalInterface
  interface Round {
    Sample measure() throws Exception;

    /** The same so many times; gives the last. */
    default Round repeated(int times) {
      return () -> {
        for (int n = 1; n < times; n++) {
          measure();
        }
        return measure();
      };
    }
  }

  Trial(String title, Round warm, Round measure) {
    this(title, warm, measure, null);
  }
}
