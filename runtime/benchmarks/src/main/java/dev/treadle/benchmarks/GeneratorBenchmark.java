package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** The next element of a sequence that plain code yields. */
public class GeneratorBenchmark extends SteadyState {
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.elements(batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long raw() {
    return RawContinuation.elements(batch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long kotlinx() {
    return Kotlinx.elements(batch);
  }
}
