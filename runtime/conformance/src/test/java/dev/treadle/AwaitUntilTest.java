package dev.treadle;

import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AwaitUntilTest {
  private static Task<Integer> after(long millis, int value) {
    return spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  private static Task<Integer> failAfter(long millis) {
    return spawn(
        () -> {
          sleepMs(millis);
          throw new ArithmeticException();
        });
  }

  private static void end(List<? extends Task<?>> tasks) {
    tasks.forEach(Task::cancel);
    for (Task<?> task : tasks) {
      moveOnAfter(ms(1), () -> task.park(Task.require("test")));
      assertThat(task.isDone()).isTrue();
    }
  }

  @Ports("test_tasks.BaseTaskTests.test_wait_first_completed")
  @Test
  void shouldGiveTheFirstWhenItIsDone() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(100, 1), after(10, 2));
          Waited<Task<Integer>> waited = awaitUntil(Until.FIRST_COMPLETED, tasks);
          assertThat(waited.done()).containsExactly(tasks.get(1));
          assertThat(waited.pending()).containsExactly(tasks.get(0));
          assertThat(now()).isEqualTo(10);
          assertThat(tasks.get(0).waiterCount()).isZero();
          end(tasks);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_wait_really_done")
  @Test
  void shouldGiveAllThatAreDoneWhenItReturns() {
    VirtualLoop.run(
        () -> {
          List<Task<@Nullable Void>> tasks =
              List.of(spawn(() -> yieldNow()), spawn(() -> yieldNow()));
          Waited<Task<@Nullable Void>> waited = awaitUntil(Until.FIRST_COMPLETED, tasks);
          assertThat(waited.done()).isEqualTo(tasks);
          assertThat(waited.pending()).isEmpty();
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_wait_first_exception")
  @Test
  void shouldGiveTheFirstFailureWhenItIsThereAlready() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(100, 1), failAfter(0));
          Waited<Task<Integer>> waited = awaitUntil(Until.FIRST_FAILURE, tasks);
          assertThat(waited.done()).containsExactly(tasks.get(1));
          assertThat(tasks.get(1).failure()).isInstanceOf(ArithmeticException.class);
          assertThat(now()).isZero();
          end(tasks);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_wait_first_exception_in_wait")
  @Test
  void shouldGiveTheFirstFailureWhenItComesWhileWaiting() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(5, 1), after(100, 1), failAfter(10));
          Waited<Task<Integer>> waited = awaitUntil(Until.FIRST_FAILURE, tasks);
          assertThat(waited.done()).containsExactly(tasks.get(0), tasks.get(2));
          assertThat(waited.pending()).containsExactly(tasks.get(1));
          assertThat(tasks.get(2).failure()).isInstanceOf(ArithmeticException.class);
          assertThat(now()).isEqualTo(10);
          end(tasks);
        });
  }

  @Test
  void shouldNotTakeACancellationForAFailure() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(20, 1), after(30, 2));
          tasks.get(0).cancel();
          assertThat(awaitUntil(Until.FIRST_FAILURE, tasks).done()).isEqualTo(tasks);
          assertThat(now()).isEqualTo(30);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_wait")
  @Ports("test_tasks.BaseTaskTests.test_wait_with_exception")
  @Ports("test_tasks.BaseTaskTests.test_wait_duplicate_coroutines")
  @Test
  void shouldWaitForAllAndFailForNone() {
    VirtualLoop.run(
        () -> {
          Task<Integer> failed = failAfter(15);
          Task<Integer> slow = after(20, 1);
          Waited<Task<Integer>> waited =
              awaitUntil(Until.ALL_COMPLETED, List.of(slow, failed, slow));
          assertThat(waited.done()).containsExactly(slow, failed);
          assertThat(failed.failure()).isInstanceOf(ArithmeticException.class);
          assertThat(now()).isEqualTo(20);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_wait_with_timeout")
  @Test
  void shouldLeaveNoCallbackWhenItsTimeRunsOut() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(10, 1), after(100, 2));
          assertThat(
                  moveOnAfter(
                      ms(50),
                      () -> {
                        awaitUntil(Until.ALL_COMPLETED, tasks);
                      }))
              .isFalse();
          assertThat(tasks).map(Task::isDone).containsExactly(true, false);
          assertThat(tasks.get(1).waiterCount()).isZero();
          end(tasks);
        });
  }

  @Test
  void shouldNotObserveAFailureByLookingAtIt() {
    List<String> unobserved = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> unobserved.add(source))
        .run(
            () -> {
              Task<?> task =
                  spawn(
                      "bad",
                      () -> {
                        throw new ArithmeticException();
                      });
              awaitUntil(Until.FIRST_FAILURE, List.of(task));
            });
    assertThat(unobserved).containsExactly("task 'bad'");
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_wait_errors",
      differs = "waiting for all of nothing ends at once; for the first of nothing is refused")
  @Test
  void shouldRefuseToWaitForTheFirstOfNone() {
    VirtualLoop.run(
        () -> {
          assertThat(awaitUntil(Until.ALL_COMPLETED, List.<Task<?>>of()).done()).isEmpty();
          assertThatIllegalArgumentException()
              .isThrownBy(() -> awaitUntil(Until.FIRST_COMPLETED, List.<Task<?>>of()))
              .withMessage(
                  "awaitUntil() of nothing: until=FIRST_COMPLETED awaitables=[]; give at least one");
        });
  }
}
