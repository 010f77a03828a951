package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.conformance.Ports;
import dev.treadle.queue.AsyncQueue;
import dev.treadle.testing.TestClock;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Five of the ports once more, on the system's clock and transport: order alone is asserted. */
class WallClockTest {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration FAR = Duration.ofHours(1);

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_01")
  @TreadleTest(clock = TestClock.REAL)
  void shouldWaitForTheChildren() {
    List<String> log = new ArrayList<>();
    group(
        g -> {
          g.spawn(
              () -> {
                sleep(SOON.multipliedBy(2));
                log.add("slow");
              });
          g.spawn(
              () -> {
                sleep(SOON);
                log.add("quick");
              });
        });
    assertThat(log).containsExactly("quick", "slow");
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_basic")
  @TreadleTest(clock = TestClock.REAL)
  void shouldTimeOut(Loop loop) {
    Duration start = loop.time();
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> withTimeout(SOON, () -> sleep(FAR)));
    assertThat(loop.time().minus(start)).isGreaterThanOrEqualTo(SOON);
  }

  @Ports("test_queues.QueueGetTests.test_blocking_get_wait")
  @TreadleTest(clock = TestClock.REAL)
  void shouldHandOverBetweenSleeps() {
    AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
    Task<?> producer =
        spawn(
            () -> {
              for (int n = 0; n < 5; n++) {
                queue.put(n);
                sleep(Duration.ofMillis(1));
              }
              queue.close();
            });
    List<Integer> taken = new ArrayList<>();
    queue.forEach(taken::add);
    assertThat(taken).containsExactly(0, 1, 2, 3, 4);
    await(producer);
  }

  @Ports("test_threads.ToThreadTests.test_to_thread")
  @TreadleTest(clock = TestClock.REAL)
  void shouldGoOnWhileAThreadWorks() {
    CompletableFuture<String> released = new CompletableFuture<>();
    Task<String> working = spawn(() -> onThread(() -> released.get(60, TimeUnit.SECONDS)));
    boolean ended = moveOnAfter(SOON, () -> await(working)).isPresent();
    assertThat(ended).isFalse();
    released.complete("released");
    assertThat(await(working)).isEqualTo("released");
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel")
  @TreadleTest(clock = TestClock.REAL)
  void shouldCancelWhatSleeps() {
    List<Task<?>> sleepers = new ArrayList<>();
    for (int n = 0; n < 1000; n++) {
      sleepers.add(spawn(() -> sleep(FAR)));
    }
    yieldNow();
    sleepers.forEach(Task::cancel);
    yieldNow();
    assertThat(sleepers).allMatch(Task::isCancelled);
  }
}
