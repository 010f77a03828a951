package dev.treadle.benchmarks;

import dev.treadle.Loop;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** What the stall watchdog costs a task switch. */
public class WatchdogBenchmark extends SteadyState {
  private static final int TASKS = 2;

  /** The default, but for the first second, in which the watchdog would not look. */
  private static final Duration STALL_AFTER = Duration.ofMillis(100);

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long treadle() {
    return OnTreadle.switches(Loop.builder().stallAfter(STALL_AFTER), TASKS, batch / TASKS);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long unwatched() {
    return OnTreadle.switches(Loop.builder().stallAfter(Duration.ZERO), TASKS, batch / TASKS);
  }
}
