package dev.treadle.testing;

/** What time a {@link TreadleTest} runs on. */
public enum TestClock {
  /** A {@link dev.treadle.VirtualClock}: stands still while anything runs, jumps when idle. */
  VIRTUAL,
  /** The system's. */
  REAL
}
