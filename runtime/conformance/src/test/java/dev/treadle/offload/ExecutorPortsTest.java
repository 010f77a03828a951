package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Task;
import dev.treadle.Until;
import dev.treadle.conformance.Ports;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for any executor, shown with the one that is quick to start. */
@Timeout(120)
class ExecutorPortsTest {
  private static final String CPYTHON = "test_concurrent_futures.";
  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static final AtomicInteger BEGUN = new AtomicInteger();
  private static final AtomicInteger INTERRUPTED = new AtomicInteger();

  private static int waitUnlessZero(int number) throws InterruptedException {
    BEGUN.incrementAndGet();
    if (number > 0) {
      try {
        NEVER.await();
      } catch (InterruptedException cancelled) {
        INTERRUPTED.incrementAndGet();
        throw cancelled;
      }
    }
    return number;
  }

  @Ports(CPYTHON + "executor.ExecutorTest.test_map_timeout")
  @Test
  void shouldGiveWhatCameBeforeTheTimeWasUp() {
    try (OffloadExecutor threads = new ThreadPool(2);
        Results<Integer> results =
            threads.<Integer, Integer>map(
                ExecutorPortsTest::waitUnlessZero,
                List.of(0, 0, 1),
                MapOptions.DEFAULT.chunk(1).timeout(Duration.ofMillis(300)))) {
      Iterator<Integer> iterator = results.iterator();
      assertThat(iterator.next()).isZero();
      assertThat(iterator.next()).isZero();
      assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(iterator::next)
          .withMessageContaining("PT0.3S");
    }
  }

  @Ports(CPYTHON + "executor.ExecutorTest.test_no_stale_references")
  @Test
  void shouldKeepNothingOfACallThatIsDone() {
    try (OffloadExecutor threads = new ThreadPool(1);
        OffloadExecutor processes = ProcessPool.builder().workers(1).open()) {
      for (OffloadExecutor executor : List.of(threads, processes)) {
        Captured captured = new Captured();
        WeakReference<Captured> reference = new WeakReference<>(captured);
        Call<Integer> call = submit(executor, captured);
        assertThat(call.join()).isEqualTo(3);
        captured = null;
        while (reference.get() != null) {
          System.gc();
        }
        assertThat(call.join()).isEqualTo(3);
      }
    }
  }

  private static Call<Integer> submit(OffloadExecutor executor, Captured captured) {
    return executor.submit(() -> captured.size());
  }

  private static final class Captured implements Serializable {
    private static final long serialVersionUID = 1;
    private final byte[] bytes = new byte[3];

    int size() {
      return bytes.length;
    }
  }

  @Ports(
      CPYTHON + "test_thread_pool.ThreadPoolExecutorTest.test_executor_map_current_future_cancel")
  @Test
  void shouldCancelWhatRunsAndNotBeginTheRestWhenAMapIsLeft() {
    BEGUN.set(0);
    INTERRUPTED.set(0);
    try (OffloadExecutor threads = new ThreadPool(1)) {
      try (Results<Integer> results =
          threads.<Integer, Integer>map(
              ExecutorPortsTest::waitUnlessZero,
              List.of(0, 1, 2, 3, 4),
              MapOptions.DEFAULT.chunk(1))) {
        assertThat(results.iterator().next()).isZero();
        while (BEGUN.get() < 2) {
          Thread.onSpinWait();
        }
      }
    }
    assertThat(BEGUN).hasValue(2);
    assertThat(INTERRUPTED).hasValue(1);
  }

  @Ports(CPYTHON + "test_wait.WaitTests.test_first_exception_one_already_failed")
  @Test
  void shouldNotWaitWhenOneHasFailedAlready() {
    run(
        () -> {
          try (OffloadExecutor threads = new ThreadPool(2)) {
            Call<Integer> failed =
                threads.submit(
                    () -> {
                      throw new IllegalStateException("already");
                    });
            Call<Integer> never = threads.submit(() -> waitUnlessZero(1));
            Task<Integer> first = spawn(() -> await(failed));
            Task<Integer> second = spawn(() -> await(never));
            var waited = awaitUntil(Until.FIRST_FAILURE, List.of(first, second));
            assertThat(waited.done()).containsExactly(first);
            assertThat(waited.pending()).containsExactly(second);
            assertThat(first.failure()).hasMessage("already");
            never.cancel(true);
            awaitUntil(Until.ALL_COMPLETED, List.of(second));
            assertThat(second.failure()).hasMessageContaining("was cancelled");
          }
        });
  }

  @Ports(CPYTHON + "executor.ExecutorTest.test_map_buffersize_on_infinite_iterable")
  @Test
  void shouldReadAnEndlessInputNoFurtherThanAsked() {
    AtomicInteger read = new AtomicInteger();
    Iterable<Integer> endless =
        () -> IntStream.iterate(0, n -> n + 1).map(n -> read.getAndIncrement()).iterator();
    try (OffloadExecutor threads = new ThreadPool(1);
        Results<Integer> results =
            threads.<Integer, Integer>map(
                n -> n * n, endless, MapOptions.DEFAULT.chunk(1).inFlight(4))) {
      Iterator<Integer> iterator = results.iterator();
      for (int n = 0; n < 5; n++) {
        assertThat(iterator.next()).isEqualTo(n * n);
        assertThat(read.get()).isBetween(n + 1, n + 1 + 4);
      }
    }
  }
}
