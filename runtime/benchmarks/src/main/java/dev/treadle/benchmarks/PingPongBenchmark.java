package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** An item goes to another task and back through queues with room for one: two switches. */
public class PingPongBenchmark extends SteadyState {
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.pingPong(batch / 2);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.pingPong(batch / 2);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.pingPong(batch / 2);
  }
}
