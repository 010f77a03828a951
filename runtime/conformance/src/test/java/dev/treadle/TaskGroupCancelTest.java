package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.settle;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@link TaskGroup#cancel()}, and cancellation of groups started from elsewhere. */
class TaskGroupCancelTest {
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

  @Ports("test_taskgroups.TestTaskGroup.gh-127214")
  // TaskGroup.cancel() ends children
  @Test
  void shouldEndQuietlyWhenCancelledWithChildren() {
    VirtualLoop.run(
        () -> {
          List<Task<?>> children = new ArrayList<>();
          withTimeout(
              ms(1000),
              () ->
                  group(
                      g -> {
                        children.add(g.spawn(VirtualLoop::sleepForever));
                        children.add(g.spawn(VirtualLoop::sleepForever));
                        yieldNow();
                        g.cancel();
                      }));
          assertThat(children).allMatch(Task::isCancelled);
          assertThat(now()).isZero();
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.gh-127214")
  // TaskGroup.cancel() ends the body at its next suspension, and may come twice
  @Test
  void shouldEndTheBodyAtItsNextSuspensionWhenCancelledFromWithin() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          String value =
              group(
                  "crew",
                  g -> {
                    g.cancel();
                    g.cancel();
                    order.step(1);
                    try {
                      yieldNow();
                    } finally {
                      order.step(2);
                    }
                    return "not reached";
                  });
          order.end(2);
          assertThat(value).isNull();
          yieldNow();
        });
  }

  @Test
  void shouldGiveTheBodysValueWhenCancelledAfterTheBodyEnded() {
    VirtualLoop.run(
        () -> {
          int value =
              group(
                  g -> {
                    g.spawn(
                        () -> {
                          sleepMs(10);
                          g.cancel();
                          sleepForever();
                        });
                    return 42;
                  });
          assertThat(value).isEqualTo(42);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.gh-127214")
  // TaskGroup.cancel() after the block does nothing
  @Test
  void shouldDoNothingWhenCancelledAfterTheBlock() {
    VirtualLoop.run(
        () -> {
          TaskGroup left = group(g -> g);
          left.cancel();
          yieldNow();
          sleep(Duration.ofMillis(1));
          assertThat(now()).isEqualTo(1);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.gh-127214")
  // TaskGroup.cancel() before and after a failure of the same child
  @Test
  void shouldStillFailWhenACancellingChildFails() {
    VirtualLoop.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      group(
                          g -> {
                            g.spawn(
                                () -> {
                                  g.cancel();
                                  crash();
                                });
                            sleepForever();
                          }))
              .isInstanceOf(TaskGroupException.class);
          assertThatThrownBy(
                  () ->
                      group(
                          g -> {
                            g.spawn(
                                () -> {
                                  try {
                                    crash();
                                  } finally {
                                    g.cancel();
                                  }
                                });
                            sleepForever();
                          }))
              .isInstanceOf(TaskGroupException.class);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_cancel_keeps_outer_cancellation")
  @Test
  void shouldKeepTheOuterCancellationWhenTheGroupWasCancelledFirst() {
    VirtualLoop.run(
        () -> {
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(500),
                          () ->
                              group(
                                  g -> {
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            shield(() -> sleepMs(1000));
                                          }
                                        });
                                    sleepMs(100);
                                    g.cancel();
                                  })))
              .isInstanceOf(DeadlineExceededException.class);
          assertThat(now()).isEqualTo(1100);

          Task<?> task =
              spawn(
                  () -> {
                    group(
                        g -> {
                          g.spawn(() -> shield(() -> sleepMs(1000)));
                          yieldNow();
                          g.cancel();
                        });
                    throw new AssertionError("the task was cancelled");
                  });
          cancelAfter(10, task);
          assertCancelled(task);
        });
  }

  @Test
  void shouldEndTheWholeGroupWhenAChildCancelsIt() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          group(
              outer -> {
                group(
                    g -> {
                      g.spawn(
                          () -> {
                            sleepMs(5);
                            g.cancel();
                          });
                      g.spawn(VirtualLoop::sleepForever);
                      sleepForever();
                    });
                order.step(1);
                sleepMs(5);
                order.step(2);
              });
          order.end(2);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Test
  void shouldRefuseSpawnWhenCancelled() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  g.cancel();
                  assertThatThrownBy(() -> g.spawn(() -> 1))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("group=group is ending");
                  assertThat(g.size()).isZero();
                }));
  }

  @Test
  void shouldNotRunAChildWhenCancelledBeforeItsFirstTurn() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Deferred<Task<?>> child = new Deferred<>();
          group(
              g -> {
                child.complete(g.spawn(() -> order.step(99)));
                g.cancel();
              });
          assertThat(await(child).isCancelled()).isTrue();
          order.end(0);
        });
  }

  @Test
  void shouldThrowWhenTheGroupSuspendsNowhereInsideACancelledScope() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                group(
                    g -> {
                      order.step(99);
                    });
                order.step(98);
              });
          assertThat(scope.cancelledCaught()).isTrue();
          scope.cancel();

          // Cancelled while the body runs: the end of the block is a suspension like any other.
          CancelScope second = new CancelScope();
          second.run(
              () -> {
                group(
                    g -> {
                      second.cancel();
                    });
                order.step(97);
              });
          assertThat(second.cancelledCaught()).isTrue();
          order.end(0);
        });
  }

  @Ports("trio.test_run.test_nursery_start_with_cancelled_nursery")
  // A group that is cancelled just before or just after sleeping children were started deep inside
  // a task of it
  @Test
  void shouldReachTheSleepingChildrenOfATaskStartedFromElsewhere() {
    VirtualLoop.run(
        () -> {
          for (boolean cancelsBefore : new boolean[] {true, false}) {
            Deferred<TaskGroup> opened = new Deferred<>();
            List<Task<?>> sleepers = new ArrayList<>();
            group(
                outer -> {
                  outer.spawn(
                      () ->
                          group(
                              g -> {
                                opened.complete(g);
                                sleepForever();
                              }));
                  TaskGroup target = await(opened);
                  Task<?> started =
                      target.spawn(
                          () ->
                              group(
                                  inner -> {
                                    sleepers.add(inner.spawn(VirtualLoop::sleepForever));
                                    sleepers.add(inner.spawn(VirtualLoop::sleepForever));
                                    settle();
                                    if (cancelsBefore) {
                                      target.cancel();
                                    }
                                  }));
                  settle();
                  settle();
                  if (!cancelsBefore) {
                    target.cancel();
                    settle();
                  }
                  assertThat(started.isCancelled()).isTrue();
                });
            assertThat(sleepers).hasSize(2).allMatch(Task::isCancelled);
          }
        });
  }
}
