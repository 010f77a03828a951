package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Starts a task that ends at once, and waits for it. */
public class SpawnBenchmark extends SteadyState {
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.spawns(batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long raw() {
    return RawContinuation.spawns(batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.spawns(batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.spawns(batch);
  }
}
