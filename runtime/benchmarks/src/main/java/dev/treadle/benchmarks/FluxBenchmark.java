package dev.treadle.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/**
 * The next element of a {@code Flux.range}, in a {@code for} loop of a task; next to a subscriber
 * that is called with each.
 */
public class FluxBenchmark extends SteadyState {
  /** An element costs so little that the start of a loop would count for one batch. */
  private static final int ROUNDS = 20;

  /** Polled: the range is a queue itself; prefetched: it is hidden that it is. */
  @Param({"polled", "prefetched"})
  String source = "polled";

  @Benchmark
  @OperationsPerInvocation(ROUNDS * BATCH)
  public long treadle() {
    return OnTreadle.flux(OnReactor.range(source, batch), ROUNDS);
  }

  @Benchmark
  @OperationsPerInvocation(ROUNDS * BATCH)
  public long subscriber() {
    return OnReactor.sum(OnReactor.range(source, batch), ROUNDS);
  }
}
