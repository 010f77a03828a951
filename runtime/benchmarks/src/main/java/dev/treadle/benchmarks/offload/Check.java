package dev.treadle.benchmarks.offload;

/** That what was measured was done. */
final class Check {
  private Check() {}

  static void sum(long expected, long actual) {
    if (expected != actual) {
      throw new IllegalStateException(
          "not what it should come to: expected=" + expected + " actual=" + actual);
    }
  }
}
