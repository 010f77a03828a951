package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskGroupFailureTest {
  private static TaskGroupException failureOf(TaskGroup.Action body) {
    return catchThrowableOfType(TaskGroupException.class, () -> group(body));
  }

  private static Task<@Nullable Void> crashAfter(TaskGroup g, long millis, Throwable failure) {
    return g.spawn(
        () -> {
          sleepMs(millis);
          raise(failure);
        });
  }

  private static void raise(Throwable failure) throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_04")
  @Test
  void shouldCancelSiblingWhenAChildFails() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          ArithmeticException failure = new ArithmeticException();
          Deferred<Task<?>> sibling = new Deferred<>();
          TaskGroupException failed =
              failureOf(
                  g -> {
                    crashAfter(g, 100, failure);
                    sibling.complete(
                        g.spawn(
                            () -> {
                              try {
                                sleepForever();
                              } catch (Cancelled cancelled) {
                                order.step(1);
                                throw cancelled;
                              }
                            }));
                  });
          order.end(1);
          assertThat(failed.causes()).containsExactly(failure);
          assertThat(await(sibling).isCancelled()).isTrue();
          assertThat(now()).isEqualTo(100);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error")
  @Test
  void shouldCancelSiblingsAndBodyWhenChildrenFail() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          List<ArithmeticException> failures =
              List.of(
                  new ArithmeticException("1"),
                  new ArithmeticException("2"),
                  new ArithmeticException("3"));
          TaskGroupException failed =
              failureOf(
                  g -> {
                    failures.forEach(failure -> crashAfter(g, 100, failure));
                    g.spawn(
                        () -> {
                          try {
                            sleepForever();
                          } catch (Cancelled cancelled) {
                            order.step(2);
                            throw cancelled;
                          }
                        });
                    try {
                      sleepForever();
                    } catch (Cancelled cancelled) {
                      order.step(1);
                      throw cancelled;
                    }
                  });
          order.end(2);
          // All three were due in one turn: none is lost to the cancellation the first one brings.
          assertThat(failed.causes()).containsExactlyElementsOf(failures);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_09")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_10")
  @Test
  void shouldCancelChildrenWhenTheBodyFails() {
    VirtualLoop.run(
        () -> {
          for (long delay : new long[] {0, 100}) {
            ArithmeticException failure = new ArithmeticException();
            AtomicInteger cancelled = new AtomicInteger();
            TaskGroupException failed =
                failureOf(
                    g -> {
                      for (int i = 0; i < 2; i++) {
                        g.spawn(VirtualLoop::sleepForever)
                            .onDone(task -> cancelled.addAndGet(task.isCancelled() ? 1 : 0));
                      }
                      sleepMs(delay);
                      throw failure;
                    });
            assertThat(failed.causes()).containsExactly(failure);
            yieldNow();
            assertThat(cancelled).hasValue(2);
          }
          assertThat(now()).isEqualTo(100);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_13")
  @Test
  void shouldCancelInnerGroupSilentlyWhenOuterChildFails() {
    VirtualLoop.run(
        () -> {
          IllegalArgumentException outer = new IllegalArgumentException("outer");
          TaskGroupException failed =
              failureOf(
                  g1 -> {
                    crashAfter(g1, 100, outer);
                    group(
                        g2 -> {
                          crashAfter(g2, 10_000, new IllegalArgumentException("inner"));
                        });
                  });
          assertThat(failed.causes()).containsExactly(outer);
          assertThat(now()).isEqualTo(100);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_14")
  @Test
  void shouldNestTheExceptionWhenTheInnerGroupFails() {
    VirtualLoop.run(
        () -> {
          IllegalArgumentException inner = new IllegalArgumentException("inner");
          TaskGroupException failed =
              failureOf(
                  g1 -> {
                    crashAfter(g1, 10_000, new IllegalArgumentException("outer"));
                    group(
                        "inner",
                        g2 -> {
                          crashAfter(g2, 100, inner);
                          return null;
                        });
                  });
          assertThat(failed.causes()).singleElement().isInstanceOf(TaskGroupException.class);
          TaskGroupException nested = (TaskGroupException) failed.causes().getFirst();
          assertThat(nested.causes()).containsExactly(inner);
          assertThat(nested).hasMessage("task group failed: group=inner failures=1 first=" + inner);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_19")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_20a")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_21a")
  @Test
  void shouldCollectBothWhenTheBodysCleanUpFailsToo() {
    VirtualLoop.run(
        () -> {
          ArithmeticException child = new ArithmeticException();
          AssertionError body = new AssertionError("an Error that is no VirtualMachineError");
          TaskGroupException failed =
              failureOf(
                  g -> {
                    crashAfter(g, 100, child);
                    try {
                      sleepForever();
                    } catch (Cancelled cancelled) {
                      throw body;
                    }
                  });
          assertThat(failed.causes()).containsExactly(child, body);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_context_manager_exit_raises")
  @Test
  void shouldCollectBothWhenAFinallyBlockRaises() {
    VirtualLoop.run(
        () -> {
          IOException child = new IOException("child");
          IOException close = new IOException("close");
          TaskGroupException failed =
              failureOf(
                  g -> {
                    boolean open = true;
                    try {
                      crashAfter(g, 0, child);
                      sleepMs(1000);
                      open = false;
                    } finally {
                      if (open) {
                        failToClose(close);
                      }
                    }
                  });
          assertThat(failed.causes()).containsExactly(child, close);
          assertThat(Task.require("test").isCancelling()).isFalse();
        });
  }

  private static void failToClose(IOException failure) throws IOException {
    throw failure;
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_20")
  @Test
  void shouldThrowFatalErrorAsItselfWhenTheBodyMeetsOne() {
    VirtualLoop.run(
        () -> {
          OutOfMemoryError fatal = new OutOfMemoryError("body");
          ArithmeticException child = new ArithmeticException();
          OutOfMemoryError thrown =
              catchThrowableOfType(
                  OutOfMemoryError.class,
                  () ->
                      group(
                          g -> {
                            crashAfter(g, 100, child);
                            try {
                              sleepForever();
                            } catch (Cancelled cancelled) {
                              throw fatal;
                            }
                          }));
          assertThat(thrown).isSameAs(fatal);
          assertThat(thrown.getSuppressed()).containsExactly(child);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup._test_taskgroup_21")
  @Test
  void shouldThrowFatalErrorAsItselfWhenAChildOfAnInnerGroupMeetsOne() {
    VirtualLoop.run(
        () -> {
          StackOverflowError fatal = new StackOverflowError("child");
          IllegalStateException body = new IllegalStateException("body");
          StackOverflowError thrown =
              catchThrowableOfType(
                  StackOverflowError.class,
                  () ->
                      group(
                          outer -> {
                            group(
                                g -> {
                                  crashAfter(g, 100, fatal);
                                  try {
                                    sleepForever();
                                  } catch (Cancelled cancelled) {
                                    throw body;
                                  }
                                });
                          }));
          assertThat(thrown).isSameAs(fatal);
          assertThat(thrown.getSuppressed()).containsExactly(body);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_25")
  @Test
  void shouldEndWhenChildrenKeepSpawningUntilOneFails() {
    VirtualLoop.run(
        () -> {
          AtomicInteger heads = new AtomicInteger();
          TaskGroupException failed =
              failureOf(
                  g -> {
                    g.spawn(() -> hydra(g, heads));
                    g.spawn(
                        () -> {
                          while (heads.get() < 10) {
                            sleepMs(15);
                          }
                          throw new ArithmeticException();
                        });
                  });
          assertThat(failed.only()).containsInstanceOf(ArithmeticException.class);
          assertThat(heads).hasValueGreaterThanOrEqualTo(10);
        });
  }

  private static void hydra(TaskGroup g, AtomicInteger heads) {
    heads.incrementAndGet();
    sleepMs(10);
    g.spawn(() -> hydra(g, heads));
    g.spawn(() -> hydra(g, heads));
  }

  @Ports("test_taskgroups.TestTaskGroup.test_cancelling_level_preserved")
  @Ports("test_taskgroups.TestTaskGroup.test_cancellation_does_not_leak_out_of_tg")
  @Test
  void shouldLeaveNothingCancelledWhenAFailedGroupIsLeft() {
    VirtualLoop.run(
        () -> {
          failureOf(g -> crashAfter(g, 0, new RuntimeException()));
          assertThat(Task.require("test").isCancelling()).isFalse();
          yieldNow();
          sleepMs(10);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled")
  @Test
  void shouldReportBothWhenNestedGroupsFailInOneTurn() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          RuntimeException inner = new RuntimeException("inner");
          IllegalArgumentException outer = new IllegalArgumentException("outer");
          Task<?> task = Task.require("test");
          TaskGroupException failed =
              failureOf(
                  outerGroup -> {
                    TaskGroupException nested =
                        failureOf(
                            innerGroup -> {
                              crashAfter(innerGroup, 0, inner);
                              crashAfter(outerGroup, 0, outer);
                            });
                    assertThat(nested.causes()).containsExactly(inner);
                    order.step(1);
                    // The inner group is done with; the outer's failure is still to be heard of.
                    assertThat(task.isCancelling()).isTrue();
                    yieldNow();
                    order.step(99);
                  });
          order.end(1);
          assertThat(failed.causes()).containsExactly(outer);
          assertThat(task.isCancelling()).isFalse();
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_cancels_task_if_created_during_creation")
  @Test
  void shouldCancelTheSpawnerWhenItsOwnChildFails() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          IllegalStateException third = new IllegalStateException("third");
          TaskGroupException failed =
              failureOf(
                  g ->
                      g.spawn(
                          () -> {
                            crashAfter(g, 0, third);
                            try {
                              yieldNow();
                              yieldNow();
                              order.step(99);
                            } finally {
                              order.step(1);
                            }
                          }));
          order.end(1);
          assertThat(failed.causes()).containsExactly(third);
        });
  }

  @Test
  void shouldReportAFailureOnceWhenTheBodyAwaitsTheFailedChild() {
    VirtualLoop.run(
        () -> {
          IllegalStateException unchecked = new IllegalStateException();
          assertThat(failureOf(g -> await(crashAfter(g, 1, unchecked))).causes())
              .containsExactly(unchecked);

          // Await wraps a checked one; it is the same failure all the same.
          IOException checked = new IOException();
          assertThat(failureOf(g -> await(crashAfter(g, 1, checked))).causes())
              .containsExactly(checked);
        });
  }

  @Test
  void shouldReportAFailureOnceWhenSiblingsAwaitTheFailedChild() {
    VirtualLoop.run(
        () -> {
          IOException checked = new IOException();
          TaskGroupException failed =
              failureOf(
                  g -> {
                    Task<@Nullable Void> first = crashAfter(g, 1, checked);
                    g.spawn(() -> await(first));
                    g.spawn(() -> await(first));
                  });
          assertThat(failed.causes()).containsExactly(checked);
        });
  }

  @Test
  void shouldKeepAFailureThatOnlyLooksTheSame() {
    VirtualLoop.run(
        () -> {
          CompletionException first = new CompletionException(new IOException());
          CompletionException second = new CompletionException(new IOException());
          TaskGroupException failed =
              failureOf(
                  g -> {
                    crashAfter(g, 1, first);
                    crashAfter(g, 1, second);
                  });
          assertThat(failed.causes()).containsExactly(first, second);
        });
  }

  @Test
  void shouldWaitForShieldedCleanUpWhenAChildFails() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          TaskGroupException failed =
              failureOf(
                  g -> {
                    g.spawn(
                        () -> {
                          try {
                            sleepForever();
                          } finally {
                            order.step(1);
                            shield(() -> sleepMs(500));
                            order.step(2);
                          }
                        });
                    crashAfter(g, 100, new RuntimeException());
                  });
          order.end(2);
          assertThat(failed.causes()).hasSize(1);
          assertThat(now()).isEqualTo(600);
        });
  }

  @Test
  void shouldCountAForeignCancelledAsAFailure() {
    VirtualLoop.run(
        () -> {
          Cancelled foreign = new Cancelled("of another task");
          TaskGroupException byBody =
              failureOf(
                  g -> {
                    throw foreign;
                  });
          assertThat(byBody.causes()).containsExactly(foreign);
          TaskGroupException byChild = failureOf(g -> crashAfter(g, 0, foreign));
          assertThat(byChild.causes()).containsExactly(foreign);
        });
  }
}
