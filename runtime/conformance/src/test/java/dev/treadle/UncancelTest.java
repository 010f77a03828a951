package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.conformance.Ports;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/** What asyncio does with a counter of cancellations, scopes do by being there or not. */
class UncancelTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Ports(
      value = "test_tasks.BaseTaskTests.test_uncancel_basic",
      differs = "no counter: a task is cancelled or not; what can be recovered from is a scope")
  @TreadleTest
  void shouldBeCancelledOnceHoweverOftenATaskIsCancelled() {
    Task<?> task =
        spawn(
            () -> {
              try {
                sleep(SECOND);
              } finally {
                Treadle.shield(() -> sleep(SECOND));
              }
            });
    yieldNow();
    assertThat(task.isCancelling()).isFalse();
    task.cancel();
    assertThat(task.isCancelling()).isTrue();
    yieldNow();
    task.cancel();
    assertThat(task.isDone()).isFalse();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    assertThat(task.isCancelled()).isTrue();
    assertThat(task.isCancelling()).isFalse();
  }

  /** A block with a timeout, then work that must not notice that there was one. */
  private static void request(List<String> log, int timeout, int work) {
    try {
      CancelScope scope = new CancelScope(SECOND.multipliedBy(timeout));
      scope.run(() -> sleep(SECOND.multipliedBy(work)));
      log.add(scope.cancelledCaught() ? "timed out" : "in time");
      sleep(SECOND.multipliedBy(10));
      log.add("after");
    } catch (Cancelled cancelled) {
      log.add("cancelled");
      throw cancelled;
    }
  }

  private static List<String> cancelledAfter(int seconds, int timeout, int work) {
    List<String> log = new ArrayList<>();
    Task<?> task = spawn(() -> request(log, timeout, work));
    sleep(SECOND.multipliedBy(seconds));
    task.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    return log;
  }

  @Ports("test_tasks.BaseTaskTests.test_uncancel_structured_blocks")
  @TreadleTest
  void shouldRecoverFromItsOwnCancellationAloneWhenABlockIsLeft() {
    List<String> log = new ArrayList<>();
    request(log, 10, 1);
    assertThat(log).containsExactly("in time", "after");
    log.clear();
    request(log, 1, 10);
    assertThat(log).containsExactly("timed out", "after");

    // From outside: in the block, behind it, and behind it when it has timed out.
    assertThat(cancelledAfter(1, 5, 10)).containsExactly("cancelled");
    assertThat(cancelledAfter(3, 5, 2)).containsExactly("in time", "cancelled");
    assertThat(cancelledAfter(7, 5, 10)).containsExactly("timed out", "cancelled");
    // At one time with the timeout.
    assertThat(cancelledAfter(5, 5, 10)).containsExactly("cancelled");
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel",
      differs = "what is taken back is the scope: its cancellation ends where it does")
  @TreadleTest
  void shouldForgetACancellationThatWasNotDeliveredWhenItsScopeIsLeft() {
    CancelScope scope = new CancelScope();
    scope.run(
        () -> {
          scope.cancel();
          assertThat(Objects.requireNonNull(currentTask()).isCancelling()).isTrue();
        });
    assertThat(scope.cancelledCaught()).isFalse();
    assertThat(Objects.requireNonNull(currentTask()).isCancelling()).isFalse();
    sleep(SECOND);
    withTimeout(SECOND, Treadle::yieldNow);
  }
}
