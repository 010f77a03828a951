package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Ten tasks share three permits, and hold each across one switch. */
public class SemaphoreBenchmark extends SteadyState {
  private static final int TASKS = 10;
  private static final int PERMITS = 3;

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.semaphore(PERMITS, TASKS, batch / TASKS);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.semaphore(PERMITS, TASKS, batch / TASKS);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.semaphore(PERMITS, TASKS, batch / TASKS);
  }
}
