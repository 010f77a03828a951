package dev.treadle.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A crowd of tasks is asleep at once, then wakes up and ends. The time is that of the whole run,
 * with one full collection while all sleep, which tells how much heap they hold.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 2)
@Warmup(iterations = 2)
@Measurement(iterations = 3)
public class SleepersBenchmark {
  /** How many sleep. */
  @Param("1000000")
  public int tasks = 1_000_000;

  /** For how long; long enough that the last is asleep before the first wakes up. */
  @Param("5000")
  public int millis = 5_000;

  private long heapBefore;

  /** The heap that the crowd does not hold. */
  @Setup(Level.Invocation)
  public void measureHeap() {
    heapBefore = heapInUse();
  }

  @Benchmark
  public int treadle(Heap heap) {
    return finish(
        heap, OnTreadle.sleepers(tasks, Duration.ofMillis(millis), SleepersBenchmark::heapInUse));
  }

  @Benchmark
  public int kotlinx(Heap heap) {
    return finish(heap, Kotlinx.sleepers(tasks, millis, SleepersBenchmark::heapInUse));
  }

  @Benchmark
  public int virtualThreads(Heap heap) throws InterruptedException {
    return finish(
        heap,
        VirtualThreads.sleepers(tasks, Duration.ofMillis(millis), SleepersBenchmark::heapInUse));
  }

  private int finish(Heap heap, Sleepers sleepers) {
    heap.bytesEach = (sleepers.heapBytes() - heapBefore) / tasks;
    return sleepers.woken();
  }

  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** What is reported beside the time. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Heap {
    /** Bytes of heap for each sleeping task. */
    public long bytesEach;
  }
}
