package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/** A task lets the others run and comes back: one suspension and one resumption. */
public class SwitchBenchmark extends SteadyState {
  /** How many tasks take turns. */
  @Param({"2", "100"})
  public int tasks;

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.switches(tasks, batch / tasks);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long raw() {
    return RawContinuation.switches(tasks, batch / tasks);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.switches(tasks, batch / tasks);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.switches(tasks, batch / tasks);
  }
}
