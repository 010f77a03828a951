package dev.treadle.benchmarks.io;

/**
 * One round of one contender under load.
 *
 * @param perSecond requests that were answered
 * @param p99Nanos the time within which 99 of 100 were
 * @param serverCpu the share of one processor that the server used; 1 when it was the bottleneck
 * @param clientCpu the same of the process that made the load
 */
public record Sample(double perSecond, double p99Nanos, double serverCpu, double clientCpu) {
  /** A round in which no load but the thing itself was measured. */
  public static Sample of(long count, long nanos) {
    return new Sample(count * 1e9 / nanos, Double.NaN, Double.NaN, Double.NaN);
  }

  /** A round of waits of which none but the slowest count. */
  public static Sample ofWaits(long p99Nanos) {
    return new Sample(Double.NaN, p99Nanos, Double.NaN, Double.NaN);
  }
}
