package dev.treadle.testing;

import java.time.Duration;

/** What a {@link TreadleTest} asks for. */
record TestSettings(
    TestClock clock, Duration maxTurn, Duration deadlockAfter, Schedules schedules) {
  static final TestSettings DEFAULT =
      new TestSettings(
          TestClock.VIRTUAL, Duration.ofMillis(1000), Duration.ofMillis(2000), Schedules.PLAIN);

  static TestSettings of(TreadleTest test) {
    return new TestSettings(
        test.clock(),
        Duration.ofMillis(test.maxTurnMillis()),
        Duration.ofMillis(test.deadlockAfterMillis()),
        Schedules.of(test));
  }
}
