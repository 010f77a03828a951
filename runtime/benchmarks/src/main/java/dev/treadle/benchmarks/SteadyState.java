package dev.treadle.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How a step is measured: the same for every side. One invocation does a batch that starts its own
 * loop and ends it, as a program would; the batch is large enough that this does not count.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
public abstract class SteadyState {
  /** Operations in one invocation. */
  static final int BATCH = 500_000;

  /** The same; a test, which counts and does not measure, makes do with less. */
  int batch = BATCH;
}
