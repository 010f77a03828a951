package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** One task sends items to another through a queue with room for 64. */
public class QueueBenchmark extends SteadyState {
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.queue(64, batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.queue(64, batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.queue(64, batch);
  }
}
