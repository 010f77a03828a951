package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.conformance.Ports;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** After kotlinx.coroutines' tests of its virtual time. */
class TestSchedulerTest {
  private static final Duration MILLI = Duration.ofMillis(1);

  @Ports("kotlinx.TestCoroutineSchedulerTest")
  @TreadleTest
  void shouldRunWhatIsDueAfterTheClockWasMovedAndNotInTheCall(VirtualClock clock) {
    Task<?> task = spawn(() -> sleep(MILLI.multipliedBy(15)));
    yieldNow();
    clock.advance(MILLI.multipliedBy(14));
    yieldNow();
    yieldNow();
    assertThat(task.isDone()).isFalse();
    clock.advance(MILLI);
    assertThat(task.isDone()).isFalse();
    yieldNow();
    yieldNow();
    assertThat(task.isDone()).isTrue();
    assertThat(clock.elapsed()).isEqualTo(MILLI.multipliedBy(15));
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest")
  @TreadleTest
  void shouldRefuseToGoBack(VirtualClock clock) {
    assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(MILLI.negated()));
    assertThat(clock.elapsed()).isZero();
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest")
  @TreadleTest
  void shouldKeepTheOrderOfTheCallsWhenDeadlinesAreTheSame(VirtualClock clock) {
    List<Integer> order = new ArrayList<>();
    for (int n = 0; n < 10; n++) {
      int number = n;
      spawn(
          () -> {
            sleep(MILLI.multipliedBy(number % 2 == 0 ? 20 : 10));
            order.add(number);
          });
    }
    sleep(MILLI.multipliedBy(20));
    assertThat(order).containsExactly(1, 3, 5, 7, 9);
    yieldNow();
    assertThat(order).containsExactly(1, 3, 5, 7, 9, 0, 2, 4, 6, 8);
    assertThat(clock.elapsed()).isEqualTo(MILLI.multipliedBy(20));
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest")
  @TreadleTest
  void shouldNotOverflowWhenADelayIsEndless(VirtualClock clock) {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    List<Task<?>> tasks = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      tasks.add(spawn(() -> sleep(endless)));
      sleep(MILLI.multipliedBy(10));
    }
    assertThat(tasks).noneMatch(Task::isDone);
    assertThat(clock.elapsed()).isEqualTo(MILLI.multipliedBy(30));
    tasks.forEach(Task::cancel);
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest")
  @TreadleTest
  void shouldTimeOutAtTheDeadlineOfTheInnermost(VirtualClock clock) {
    boolean inTime =
        moveOnAfter(
            MILLI.multipliedBy(50),
            () -> {
              withTimeout(MILLI.multipliedBy(40), () -> sleep(MILLI.multipliedBy(39)));
              assertThatExceptionOfType(DeadlineExceededException.class)
                  .isThrownBy(() -> withTimeout(MILLI.multipliedBy(10), () -> await(forever())));
            });
    assertThat(inTime).isTrue();
    assertThat(clock.elapsed()).isEqualTo(MILLI.multipliedBy(49));
  }

  private static Deferred<String> forever() {
    return new Deferred<>();
  }
}
