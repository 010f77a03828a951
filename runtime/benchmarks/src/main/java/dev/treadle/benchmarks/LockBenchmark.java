package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Two tasks, each of which holds the lock while the other comes: every release hands it over. */
public class LockBenchmark extends SteadyState {
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.lock(2, batch / 2);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.lock(2, batch / 2);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.lock(2, batch / 2);
  }
}
