package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.conformance.Ports;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Groups in a task that is cancelled from outside. */
class TaskGroupCancelledTest {
  private static void crash() {
    throw new ArithmeticException("/ by zero");
  }

  private static Task<@Nullable Void> crashAfter(TaskGroup g, long millis) {
    return g.spawn(
        () -> {
          sleepMs(millis);
          crash();
        });
  }

  private static void cancelAfter(long millis, Task<?> task) {
    sleepMs(millis);
    assertThat(task.isDone()).isFalse();
    task.cancel();
  }

  private static void assertCancelled(Task<?> task) {
    assertThatThrownBy(() -> await(task)).isInstanceOf(CancellationException.class);
    assertThat(task.isCancelled()).isTrue();
  }

  @Ports("test_taskgroups.TestTaskGroup.test_cancellation")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_07")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_22")
  @Test
  void shouldReachChildrenAndBodyWhenTheTaskIsCancelled() {
    VirtualLoop.run(
        () -> {
          AtomicInteger seen = new AtomicInteger();
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g -> {
                            for (int i = 0; i < 5; i++) {
                              g.spawn(() -> countCancelled(seen, 1));
                            }
                            countCancelled(seen, 10);
                          }));
          cancelAfter(100, runner);
          assertCancelled(runner);
          assertThat(seen).hasValue(15);
          assertThat(now()).isEqualTo(100);
        });
  }

  private static void countCancelled(AtomicInteger seen, int weight) {
    try {
      sleepForever();
    } catch (Cancelled cancelled) {
      seen.addAndGet(weight);
      throw cancelled;
    }
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_08")
  // There the children crash as the cancel arrives; here it arrives in the same instant, ahead of
  // them or after them.
  @Test
  void shouldPreferChildErrorsWhenTheyMeetACancellation() {
    VirtualLoop.run(
        () -> {
          Task<?> crashesFirst =
              spawn(
                  () ->
                      group(
                          g -> {
                            for (int i = 0; i < 5; i++) {
                              crashAfter(g, 100);
                            }
                            sleepForever();
                          }));
          sleepMs(100);
          // The children are ready to run and crash: the cancellation does not take that back.
          crashesFirst.cancel();
          TaskGroupException failed =
              catchThrowableOfType(TaskGroupException.class, () -> await(crashesFirst));
          assertThat(failed.causes()).hasSize(5);
          assertThat(failed.leaves()).hasOnlyElementsOfType(ArithmeticException.class);

          Task<?> cancelledFirst =
              spawn(
                  () ->
                      group(
                          g -> {
                            crashAfter(g, 100);
                            sleepForever();
                          }));
          cancelAfter(99, cancelledFirst);
          assertCancelled(cancelledFirst);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_11")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_12")
  @Test
  void shouldSurfaceAsCancellationWhenNestedGroupsAreCancelled() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g1 -> {
                            g1.spawn(VirtualLoop::sleepForever);
                            group(
                                g2 -> {
                                  for (int i = 0; i < 5; i++) {
                                    crashAfter(g2, 200);
                                  }
                                  try {
                                    sleepForever();
                                  } finally {
                                    order.step(1);
                                  }
                                });
                            order.step(99);
                          }));
          cancelAfter(100, runner);
          assertCancelled(runner);
          order.end(1);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_11")
  // The shape when children crash in clean-up
  @Test
  void shouldNestFailuresWhenNestedGroupsFailWhileCancelled() {
    VirtualLoop.run(
        () -> {
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g1 -> {
                            group(
                                g2 -> {
                                  for (int i = 0; i < 5; i++) {
                                    g2.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            crash();
                                          }
                                        });
                                  }
                                });
                          }));
          cancelAfter(100, runner);
          TaskGroupException outer =
              catchThrowableOfType(TaskGroupException.class, () -> await(runner));
          assertThat(outer.causes()).singleElement().isInstanceOf(TaskGroupException.class);
          assertThat(((TaskGroupException) outer.causes().getFirst()).causes()).hasSize(5);
          assertThat(outer.leaves()).hasOnlyElementsOfType(ArithmeticException.class);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_15")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_16")
  @Test
  void shouldPreferTheErrorWhenAChildCrashesDuringSlowCleanUp() {
    VirtualLoop.run(
        () -> {
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g -> {
                            g.spawn(
                                () ->
                                    shield(
                                        () -> {
                                          sleepMs(300);
                                          crash();
                                        }));
                            try {
                              sleepForever();
                            } finally {
                              shield(() -> sleepMs(500));
                            }
                          }));
          cancelAfter(100, runner);
          assertThatThrownBy(() -> await(runner))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed ->
                      assertThat(failed.only()).containsInstanceOf(ArithmeticException.class));
          assertThat(now()).isEqualTo(600);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_17")
  @Test
  void shouldSurfaceAsCancellationWhenThereIsNoChild() {
    VirtualLoop.run(
        () -> {
          AtomicInteger seen = new AtomicInteger();
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g -> {
                            countCancelled(seen, 10);
                          }));
          cancelAfter(100, runner);
          assertCancelled(runner);
          assertThat(seen).hasValue(10);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_18")
  @Test
  void shouldFailWhenTheBodyTurnsACancellationIntoAnError() {
    VirtualLoop.run(
        () -> {
          Task<?> runner =
              spawn(
                  () ->
                      group(
                          g -> {
                            try {
                              sleepForever();
                            } finally {
                              crash();
                            }
                          }));
          cancelAfter(100, runner);
          assertThatThrownBy(() -> await(runner)).isInstanceOf(TaskGroupException.class);
          assertThat(runner.isCancelled()).isFalse();
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_error_and_cancel")
  @Test
  void shouldKeepBothWhenAChildErrorMeetsAnOuterCancel() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Deferred<String> started = new Deferred<>();
          Task<?> inner =
              spawn(
                  () -> {
                    TaskGroupException failed =
                        catchThrowableOfType(
                            TaskGroupException.class,
                            () ->
                                group(
                                    g -> {
                                      g.spawn(
                                          () -> {
                                            started.complete("yes");
                                            shield(() -> yieldNow());
                                            throw new IllegalStateException();
                                          });
                                      sleepForever();
                                    }));
                    assertThat(failed.only()).containsInstanceOf(IllegalStateException.class);
                    order.step(1);
                    assertThat(Task.require("test").isCancelling()).isTrue();
                    sleepForever();
                    order.step(99);
                  });
          await(started);
          assertThat(inner.isCancelling()).isFalse();
          inner.cancel();
          assertThat(inner.isCancelling()).isTrue();
          assertCancelled(inner);
          order.end(1);
        });
  }
}
