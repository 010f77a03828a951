package dev.treadle.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark does the work it claims to do, on every side. */
class BenchmarksTest {
  private static final int BATCH = 10_000;

  @ParameterizedTest
  @ValueSource(ints = {2, 100})
  void shouldSwitchAsOftenAsItSays(int tasks) throws InterruptedException {
    SwitchBenchmark benchmark = new SwitchBenchmark();
    benchmark.batch = BATCH;
    benchmark.tasks = tasks;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.raw()).isEqualTo(BATCH);
    assertThat(benchmark.kotlinx()).isEqualTo(BATCH);
    assertThat(benchmark.virtualThreads()).isEqualTo(BATCH);
  }

  @Test
  void shouldSwitchAsOftenUnderTheWatchdog() {
    WatchdogBenchmark benchmark = new WatchdogBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.unwatched()).isEqualTo(BATCH);
  }

  @Test
  void shouldRunEveryTaskItSpawns() throws InterruptedException {
    SpawnBenchmark benchmark = new SpawnBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.raw()).isEqualTo(BATCH);
    assertThat(benchmark.kotlinx()).isEqualTo(BATCH);
    assertThat(benchmark.virtualThreads()).isEqualTo(BATCH);
  }

  @Test
  void shouldDeliverEveryItem() throws InterruptedException {
    QueueBenchmark benchmark = new QueueBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(sumOf(BATCH));
    assertThat(benchmark.kotlinx()).isEqualTo(sumOf(BATCH));
    assertThat(benchmark.virtualThreads()).isEqualTo(sumOf(BATCH));
  }

  @Test
  void shouldGetEveryItemBack() throws InterruptedException {
    PingPongBenchmark benchmark = new PingPongBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(sumOf(BATCH / 2));
    assertThat(benchmark.kotlinx()).isEqualTo(sumOf(BATCH / 2));
    assertThat(benchmark.virtualThreads()).isEqualTo(sumOf(BATCH / 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"polled", "prefetched"})
  void shouldGetEveryElementOfAFlux(String source) {
    FluxBenchmark benchmark = new FluxBenchmark();
    benchmark.batch = BATCH;
    benchmark.source = source;

    assertThat(benchmark.treadle()).isEqualTo(20 * sumOf(BATCH));
    assertThat(benchmark.subscriber()).isEqualTo(20 * sumOf(BATCH));
  }

  @Test
  void shouldGiveTheWinnerOfEveryRace() throws InterruptedException {
    RaceBenchmark benchmark = new RaceBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(sumOf(BATCH / 10));
    assertThat(benchmark.kotlinx()).isEqualTo(sumOf(BATCH / 10));
    assertThat(benchmark.virtualThreads()).isEqualTo(sumOf(BATCH / 10));
  }

  @Test
  void shouldHoldTheLockAsOftenAsItSays() throws InterruptedException {
    LockBenchmark benchmark = new LockBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.kotlinx()).isEqualTo(BATCH);
    assertThat(benchmark.virtualThreads()).isEqualTo(BATCH);
  }

  @Test
  void shouldGetAPermitAsOftenAsItSays() throws InterruptedException {
    SemaphoreBenchmark benchmark = new SemaphoreBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.kotlinx()).isEqualTo(BATCH);
    assertThat(benchmark.virtualThreads()).isEqualTo(BATCH);
  }

  @Test
  void shouldYieldEveryElement() {
    GeneratorBenchmark benchmark = new GeneratorBenchmark();
    benchmark.batch = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(sumOf(BATCH));
    assertThat(benchmark.raw()).isEqualTo(sumOf(BATCH));
    assertThat(benchmark.kotlinx()).isEqualTo(sumOf(BATCH));
  }

  @Test
  void shouldCancelEveryTask() throws InterruptedException {
    CancelBenchmark benchmark = new CancelBenchmark();
    benchmark.tasks = BATCH;

    assertThat(benchmark.treadle()).isEqualTo(BATCH);
    assertThat(benchmark.kotlinx()).isEqualTo(BATCH);
    assertThat(benchmark.virtualThreads()).isEqualTo(BATCH);
  }

  private static long sumOf(int items) {
    long sum = 0;
    for (int i = 0; i < items; i++) {
      sum += i & 63;
    }
    return sum;
  }
}
