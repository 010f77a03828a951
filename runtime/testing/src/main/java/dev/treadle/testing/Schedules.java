package dev.treadle.testing;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.opentest4j.TestAbortedException;

/**
 * The orders of tasks that a test runs under: how many, and the seed of the first; the next one's
 * is one more.
 */
record Schedules(int count, long firstSeed) {
  static final String PROPERTY = "treadle.seed";

  /** One run in the loop's own order. */
  static final Schedules PLAIN = new Schedules(0, 0);

  static Schedules of(TreadleTest test) {
    return of(test, System.getProperty(PROPERTY, ""));
  }

  static Schedules of(TreadleTest test, String property) {
    if (test.schedules() < 0 || test.seed().length > 1) {
      throw new ExtensionConfigurationException(
          "cannot run these schedules: schedules="
              + test.schedules()
              + " seeds="
              + test.seed().length
              + "; ask for zero or more, and give one seed at most");
    }
    if (test.schedules() == 0 && test.seed().length == 0) {
      return PLAIN;
    }
    if (test.clock() == TestClock.REAL) {
      throw new ExtensionConfigurationException(
          "no seeded order on real time: clock=REAL schedules="
              + test.schedules()
              + "; use clock = VIRTUAL, or @RepeatedTest for luck");
    }
    if (test.seed().length == 1) {
      return new Schedules(1, test.seed()[0]);
    }
    return switch (property) {
      case "" -> new Schedules(test.schedules(), 1);
      case "random" ->
          new Schedules(test.schedules(), ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
      default -> new Schedules(1, seed(property));
    };
  }

  private static long seed(String property) {
    try {
      return Long.parseLong(property);
    } catch (NumberFormatException e) {
      throw new ExtensionConfigurationException(
          "not a seed: " + PROPERTY + "=" + property + "; give a number, or random", e);
    }
  }

  boolean isPlain() {
    return count == 0;
  }

  /** Runs them one by one, up to the first that fails. */
  void run(Schedule schedule) throws Throwable {
    for (int n = 0; n < count; n++) {
      long seed = firstSeed + n;
      try {
        schedule.run(seed);
      } catch (TestAbortedException aborted) {
        throw aborted;
      } catch (Throwable failure) {
        throw failed(n + 1, seed, failure);
      }
    }
  }

  private LoopTestError failed(int number, long seed, Throwable failure) {
    return new LoopTestError(
        "schedule "
            + number
            + " of "
            + count
            + " failed: seed="
            + seed
            + "; replay it with @TreadleTest(seed = "
            + seed
            + (seed == (int) seed ? "" : "L")
            + ") or -D"
            + PROPERTY
            + "="
            + seed
            + "\n"
            + failure,
        failure);
  }

  /** A run of the test under one seed. */
  @FunctionalInterface
  interface Schedule {
    void run(long seed) throws Throwable;
  }
}
