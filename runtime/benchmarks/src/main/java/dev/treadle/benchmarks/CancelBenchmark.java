package dev.treadle.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A crowd of sleeping tasks is cancelled at once; the time is from the first spawn until the last
 * has run its clean-up and ended.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 2)
@Warmup(iterations = 10)
@Measurement(iterations = 10)
public class CancelBenchmark {
  /** How many are cancelled. */
  @Param("100000")
  public int tasks = 100_000;

  @Benchmark
  public long treadle() {
    return OnTreadle.cancels(tasks);
  }

  @Benchmark
  public long kotlinx() {
    return Kotlinx.cancels(tasks);
  }

  @Benchmark
  public long virtualThreads() throws InterruptedException {
    return VirtualThreads.cancels(tasks);
  }
}
