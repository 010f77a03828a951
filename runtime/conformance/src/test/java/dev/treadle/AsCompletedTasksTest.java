package dev.treadle;

import static dev.treadle.Treadle.asCompleted;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsCompletedTasksTest {
  private static Task<Integer> after(long millis, int value) {
    return spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_as_completed")
  @Ports("test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out")
  @Test
  void shouldGiveTheTasksThemselvesAsTheyEnd() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> tasks = List.of(after(30, 1), after(10, 2), after(20, 3));
          List<Task<Integer>> given = new ArrayList<>();
          for (Task<Integer> done : asCompleted(tasks)) {
            assertThat(done.isDone()).isTrue();
            assertThat(now()).isEqualTo(10L * (given.size() + 1));
            given.add(done);
          }
          assertThat(given).containsExactly(tasks.get(1), tasks.get(2), tasks.get(0));
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_as_completed_resume_iterator")
  @Test
  void shouldGoOnWhereItWasLeftWhenIteratedAgain() {
    VirtualLoop.run(
        () -> {
          Iterable<Task<Integer>> completed =
              asCompleted(List.of(after(40, 4), after(10, 1), after(30, 3), after(20, 2)));
          List<Integer> values = new ArrayList<>();
          for (Task<Integer> done : completed) {
            values.add(done.result());
            if (values.size() == 2) {
              break;
            }
          }
          assertThat(now()).isEqualTo(20);
          for (Task<Integer> done : completed) {
            values.add(done.result());
          }
          assertThat(values).containsExactly(1, 2, 3, 4);
          assertThat(completed).isEmpty();
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines")
  @Test
  void shouldGiveEachOnceWhenOneIsGivenTwice() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task = after(10, 1);
          assertThat(asCompleted(List.of(task, task))).containsExactly(task);
          assertThat(asCompleted(List.<Task<Integer>>of())).isEmpty();
        });
  }
}
