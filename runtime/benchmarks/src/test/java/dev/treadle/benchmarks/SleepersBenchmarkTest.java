package dev.treadle.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SleepersBenchmarkTest {
  private static final int TASKS = 200;

  private final SleepersBenchmark benchmark = new SleepersBenchmark();
  private final SleepersBenchmark.Heap heap = new SleepersBenchmark.Heap();

  @BeforeEach
  void fewer() {
    benchmark.tasks = TASKS;
    benchmark.millis = 1_000;
    benchmark.measureHeap();
  }

  @Test
  void shouldWakeEveryTaskOfTreadle() {
    assertThat(benchmark.treadle(heap)).isEqualTo(TASKS);
  }

  @Test
  void shouldWakeEveryTaskOfKotlinx() {
    assertThat(benchmark.kotlinx(heap)).isEqualTo(TASKS);
  }

  @Test
  void shouldWakeEveryVirtualThread() throws InterruptedException {
    assertThat(benchmark.virtualThreads(heap)).isEqualTo(TASKS);
  }
}
