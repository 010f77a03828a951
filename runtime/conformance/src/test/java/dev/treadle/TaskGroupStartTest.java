package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import dev.treadle.coroutines.PinnedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class TaskGroupStartTest {
  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldGiveTheValueWhenTheChildIsReadyAndMakeItAChildOfTheGroup() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          group(
              g -> {
                String value =
                    g.start(
                        "server",
                        (TaskStatus<String> status) -> {
                          order.step(1);
                          sleepMs(1);
                          status.started("port 80");
                          order.step(2);
                          sleepMs(2);
                          order.step(4);
                        });
                order.step(3);
                assertThat(value).isEqualTo("port 80");
                assertThat(now()).isEqualTo(1);
                assertThat(g.size()).isEqualTo(1);
              });
          assertThat(now()).isEqualTo(3);
          order.end(4);
        });
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldRefuseTheSecondStarted() {
    VirtualLoop.run(
        () ->
            assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(
                    () ->
                        group(
                            g -> {
                              g.start(
                                  "twice",
                                  (TaskStatus<Integer> status) -> {
                                    status.started(1);
                                    status.started(2);
                                  });
                            }))
                .satisfies(
                    e ->
                        assertThat(e.only().orElseThrow())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage(
                                "started() called twice: task=twice group=group;"
                                    + " call it once, in the task's body")));
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldThrowWhenTheChildEndsWithoutSayingThatItIsReady() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  assertThatIllegalStateException()
                      .isThrownBy(() -> g.start("mute", status -> yieldNow()))
                      .withMessageStartingWith(
                          "start() of a task that ended without calling started(): task=mute");
                  g.spawn(() -> "the group is as it was");
                }));
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldThrowTheChildsFailureItselfWhenItFailsBeforeItIsReady() {
    IllegalArgumentException failure = new IllegalArgumentException("port");
    IOException checked = new IOException("disk");
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  assertThatThrownBy(
                          () ->
                              g.start(
                                  "fails",
                                  status -> {
                                    yieldNow();
                                    throw failure;
                                  }))
                      .isSameAs(failure);
                  assertThatExceptionOfType(CompletionException.class)
                      .isThrownBy(
                          () ->
                              g.start(
                                  "fails",
                                  status -> {
                                    throw checked;
                                  }))
                      .withCause(checked);
                  assertThat(g.size()).isZero();
                  g.spawn(() -> "the group is as it was");
                }));
  }

  @Test
  void shouldFailTheGroupWhenTheChildFailsOnceItIsReady() {
    IllegalStateException failure = new IllegalStateException("crash");
    VirtualLoop.run(
        () ->
            assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(
                    () ->
                        group(
                            g -> {
                              String value =
                                  g.start(
                                      "crashes",
                                      (TaskStatus<String> status) -> {
                                        status.started("ready");
                                        throw failure;
                                      });
                              assertThat(value).isEqualTo("ready");
                              sleepForever();
                            }))
                .satisfies(e -> assertThat(e.causes()).containsExactly(failure)));
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldCancelTheChildWhenTheCallerIsCancelledBeforeItIsReady() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  List<String> events = new ArrayList<>();
                  boolean inTime =
                      moveOnAfter(
                          ms(1),
                          () -> {
                            g.start(
                                "slow",
                                status -> {
                                  try {
                                    sleepForever();
                                  } finally {
                                    events.add("cleaned up");
                                  }
                                });
                          });
                  assertThat(inTime).isFalse();
                  assertThat(events).containsExactly("cleaned up");
                  assertThat(g.size()).isZero();
                  assertThat(now()).isEqualTo(1);
                }));
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldLeaveTheChildWithItsCallerWhenThatIsCancelled() {
    IllegalStateException failure = new IllegalStateException("after started");
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  CancelScope ends = new CancelScope();
                  List<Object> got = new ArrayList<>();
                  ends.run(
                      () -> {
                        got.add(
                            g.start(
                                "ends",
                                (TaskStatus<String> status) -> {
                                  ends.cancel();
                                  status.started("value");
                                }));
                      });
                  assertThat(got).containsExactly("value");
                  assertThat(ends.cancelledCaught()).isFalse();

                  CancelScope suspends = new CancelScope();
                  suspends.run(
                      () -> {
                        g.start(
                            "suspends",
                            (TaskStatus<String> status) -> {
                              suspends.cancel();
                              status.started("value");
                              sleepForever();
                            });
                        got.add("never");
                      });
                  assertThat(suspends.cancelledCaught()).isTrue();

                  CancelScope fails = new CancelScope();
                  assertThatThrownBy(
                          () ->
                              fails.run(
                                  () -> {
                                    g.start(
                                        "fails",
                                        (TaskStatus<String> status) -> {
                                          fails.cancel();
                                          status.started("value");
                                          throw failure;
                                        });
                                  }))
                      .isSameAs(failure);
                  assertThat(got).hasSize(1);
                  assertThat(g.size()).isZero();
                }));
  }

  @Ports(
      value = "trio.test_run.test_nursery_start",
      differs = "a start in a scope that is cancelled already throws at once and runs no child")
  @Test
  void shouldThrowAtOnceWhenTheCallerIsCancelledAlready() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  CancelScope scope = new CancelScope();
                  List<String> events = new ArrayList<>();
                  scope.cancel();
                  scope.run(
                      () -> {
                        g.start(
                            "child",
                            (TaskStatus<String> status) -> {
                              events.add("child");
                              status.started("value");
                            });
                        events.add("started");
                      });
                  assertThat(scope.cancelledCaught()).isTrue();
                  assertThat(g.size()).isZero();
                  assertThat(events).isEmpty();
                }));
  }

  @Ports("trio.test_run.test_nursery_start")
  @Test
  void shouldBeRefusedWhenTheGroupIsClosed() {
    VirtualLoop.run(
        () -> {
          TaskGroup closed = Treadle.<TaskGroup>group(g -> g);
          assertThatIllegalStateException()
              .isThrownBy(() -> closed.start("late", status -> sleepForever()))
              .withMessageStartingWith("start() refused: group=group is closed");
          assertThat(now()).isZero();
        });
  }

  @Ports("trio.test_run.test_nursery_start_keeps_nursery_open")
  @Test
  void shouldKeepTheGroupOpenWhileAStartIsUnderWay() {
    VirtualLoop.run(
        () ->
            group(
                outer -> {
                  group(
                      inner -> {
                        outer.spawn(
                            () -> {
                              inner.start(
                                  "a bit",
                                  (TaskStatus<Integer> status) -> {
                                    sleepMs(2);
                                    status.started(1);
                                    sleepMs(3);
                                  });
                            });
                        sleepMs(1);
                        assertThat(inner.size()).isZero();
                      });
                  assertThat(now()).isEqualTo(5);
                  group(
                      inner -> {
                        outer.spawn(
                            () ->
                                assertThatIllegalStateException()
                                    .isThrownBy(
                                        () ->
                                            inner.start(
                                                "crash",
                                                status -> {
                                                  sleepMs(7);
                                                  throw new IllegalStateException("crash");
                                                }))
                                    .withMessage("crash"));
                        yieldNow();
                      });
                  assertThat(now()).isEqualTo(12);
                }));
  }

  @Ports("trio.test_run.test_nursery_start_with_cancelled_nursery")
  @Test
  void shouldCancelSleepingGrandchildrenWhenMovedIntoACancelledGroup() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          for (boolean before : new boolean[] {true, false}) {
            group(
                g -> {
                  TaskGroup target =
                      g.start(
                          "target",
                          (TaskStatus<TaskGroup> status) ->
                              group(
                                  inner -> {
                                    status.started(inner);
                                    sleepForever();
                                  }));
                  target.start(
                      "children",
                      (TaskStatus<String> status) ->
                          group(
                              inner -> {
                                for (String name : List.of("a", "b")) {
                                  inner.spawn(
                                      name,
                                      () -> {
                                        try {
                                          sleepForever();
                                        } finally {
                                          events.add(name + " " + before);
                                        }
                                      });
                                }
                                yieldNow();
                                if (before) {
                                  target.cancel();
                                }
                                status.started("ready");
                              }));
                  if (!before) {
                    target.cancel();
                  }
                });
          }
          assertThat(events).containsExactly("a true", "b true", "a false", "b false");
        });
  }

  @Test
  void shouldThrowCancellationExceptionWhenTheChildCancelledItself() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  assertThatExceptionOfType(CancellationException.class)
                      .isThrownBy(
                          () ->
                              g.start(
                                  "quits",
                                  status -> {
                                    Task.require("test").cancel();
                                    yieldNow();
                                  }));
                }));
  }

  @Test
  void shouldBeStartedFromATaskOutsideTheBlock() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<TaskGroup> opened = new Deferred<>();
          Task<?> owner =
              spawn(
                  "owner",
                  () ->
                      group(
                          g -> {
                            opened.complete(g);
                            sleepMs(10);
                          }));
          await(opened)
              .start(
                  "guest",
                  (TaskStatus<Integer> status) -> {
                    status.started(1);
                    sleepMs(20);
                    events.add("guest ended at " + now());
                  });
          assertThat(now()).isZero();
          await(owner);
          assertThat(events).containsExactly("guest ended at 20");
        });
  }

  @Test
  void shouldCancelTheChildWhenTheCallerCannotWait() {
    VirtualLoop.run(
        () -> {
          Object monitor = new Object();
          List<String> events = new ArrayList<>();
          Treadle.group(
              g -> {
                assertThatExceptionOfType(PinnedException.class)
                    .isThrownBy(
                        () -> {
                          synchronized (monitor) {
                            g.start("child", status -> events.add("ran"));
                          }
                        });
                assertThat(g.size()).isZero();
              });
          yieldNow();
          assertThat(events).isEmpty();
          assertThat(currentTask()).isNotNull();
        });
  }

  @Test
  void shouldBeRefusedOutsideATask() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  Deferred<Throwable> refused = new Deferred<>();
                  Loop.current()
                      .callSoon(
                          () -> {
                            try {
                              g.start("no task", status -> {});
                            } catch (IllegalStateException e) {
                              refused.complete(e);
                            }
                          });
                  assertThat(await(refused))
                      .hasMessageStartingWith("TaskGroup.start() in a callback of the loop");
                }));
  }

  @Test
  void shouldRefuseStartedAfterTheEnd() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  List<TaskStatus<Integer>> kept = new ArrayList<>();
                  assertThatIllegalStateException()
                      .isThrownBy(
                          () -> g.start("ends", (TaskStatus<Integer> status) -> kept.add(status)));
                  assertThatIllegalStateException()
                      .isThrownBy(() -> kept.getFirst().started(1))
                      .withMessageStartingWith("started() after the end of the task: task=ends");
                }));
  }
}
