package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Two tasks race: one wins after letting the other begin, which then is cancelled and awaited. */
public class RaceBenchmark extends SteadyState {
  /** A race is a few tasks: a smaller batch takes as long. */
  static final int RACES = BATCH / 10;

  @Benchmark
  @OperationsPerInvocation(RACES)
  public long treadle() {
    return OnTreadle.races(batch / 10);
  }

  @Benchmark
  @OperationsPerInvocation(RACES)
  public long kotlinx() {
    return Kotlinx.races(batch / 10);
  }

  @Benchmark
  @OperationsPerInvocation(RACES)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.races(batch / 10);
  }
}
