package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskGroupTest {
  private static Task<Integer> after(TaskGroup g, long millis, int value) {
    return g.spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_01")
  @Test
  void shouldJoinChildrenWhenBodyEnds() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> children =
              group(
                  g -> {
                    return List.of(after(g, 100, 42), after(g, 200, 11));
                  });
          assertThat(now()).isEqualTo(200);
          assertThat(children.get(0).result()).isEqualTo(42);
          assertThat(children.get(1).result()).isEqualTo(11);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_02")
  @Test
  void shouldJoinLateChildWhenSpawnedAfterAnAwait() {
    VirtualLoop.run(
        () -> {
          Task<Integer> late =
              group(
                  g -> {
                    after(g, 100, 42);
                    sleepMs(150);
                    return after(g, 200, 11);
                  });
          assertThat(now()).isEqualTo(350);
          assertThat(late.result()).isEqualTo(11);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_03")
  @Test
  void shouldNotFailWhenAChildIsCancelledExplicitly() {
    VirtualLoop.run(
        () -> {
          List<Task<Integer>> children =
              group(
                  g -> {
                    var first = after(g, 1000, 42);
                    sleepMs(150);
                    first.cancel();
                    return List.of(first, after(g, 200, 11));
                  });
          assertThat(now()).isEqualTo(350);
          assertThat(children.get(0).isCancelled()).isTrue();
          assertThat(children.get(1).result()).isEqualTo(11);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_23")
  @Test
  void shouldReleaseChildrenWhenTheyEnd() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  for (int count = 0; count < 10; count++) {
                    sleepMs(100);
                    after(g, 300, count);
                    assertThat(g.size()).isLessThanOrEqualTo(4);
                  }
                  sleepMs(1350);
                  assertThat(g.size()).isZero();
                  assertThat(g.firstChild()).isNull();
                  assertThat(g.lastChild()).isNull();
                }));
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_24")
  @Test
  void shouldWaitForGrandchildrenWhenAChildSpawnsIntoTheGroup() {
    VirtualLoop.run(
        () -> {
          group(
              g -> {
                g.spawn(
                    () -> {
                      sleepMs(100);
                      after(g, 100, 1);
                      after(g, 200, 2);
                    });
              });
          assertThat(now()).isEqualTo(300);
        });
  }

  @Test
  void shouldStayOpenWhenATaskFromElsewhereSpawnsAsTheLastChildEnds() {
    VirtualLoop.run(
        () -> {
          Deferred<TaskGroup> opened = new Deferred<>();
          Deferred<Task<Integer>> late = new Deferred<>();
          Deferred<Integer> last = new Deferred<>();
          group(
              outer -> {
                outer.spawn(
                    () ->
                        group(
                            g -> {
                              opened.complete(g);
                              g.spawn(() -> await(last));
                            }));
                TaskGroup g = await(opened);
                yieldNow();
                last.complete(1);
                // The child ends in the next turn and wakes its host, which runs after this task.
                yieldNow();
                assertThat(g.size()).isZero();
                late.complete(after(g, 50, 7));
              });
          assertThat(await(late).result()).isEqualTo(7);
          assertThat(now()).isEqualTo(50);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_name")
  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_task_name")
  @Test
  void shouldNameTasksAndGroupWhenAsked() {
    VirtualLoop.run(
        () ->
            group(
                "crew",
                g -> {
                  assertThat(g.name()).isEqualTo("crew");
                  assertThat(g).hasToString("TaskGroup[crew children=0]");
                  Task<Integer> valued = g.spawn("one", () -> 1);
                  Task<@Nullable Void> plain = g.spawn("two", () -> yieldNow());
                  assertThat(valued.name()).isEqualTo("one");
                  assertThat(plain.name()).isEqualTo("two");
                  assertThat(g.size()).isEqualTo(2);
                  assertThat(g.spawn(() -> yieldNow()).name()).startsWith("task-");
                  g.cancel();
                  assertThat(g).hasToString("TaskGroup[crew children=3 ending]");
                  return null;
                }));
  }

  @Test
  void shouldStartChildrenInTheNextTurnInOrder() {
    Order order = new Order();
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  g.spawn(() -> order.step(2));
                  g.spawn(() -> order.step(3));
                  order.step(1);
                  yieldNow();
                  order.step(4);
                }));
    order.end(4);
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_no_create_task_after_failure")
  @Test
  void shouldRefuseSpawnWhenAChildHasFailed() {
    VirtualLoop.run(
        () -> {
          AtomicInteger ran = new AtomicInteger();
          assertThatThrownBy(
                  () ->
                      group(
                          "crew",
                          g -> {
                            g.spawn(
                                () -> {
                                  sleepMs(1);
                                  throw new ArithmeticException("/ by zero");
                                });
                            g.spawn(
                                () -> {
                                  try {
                                    sleepForever();
                                  } finally {
                                    assertThatThrownBy(() -> g.spawn(() -> ran.set(1)))
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessage(
                                            "spawn() refused: group=crew is ending; spawn before a"
                                                + " child has failed and inside the block");
                                    assertThat(g.size()).isEqualTo(1);
                                  }
                                });
                            return null;
                          }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed ->
                      assertThat(failed.causes())
                          .singleElement()
                          .isInstanceOf(ArithmeticException.class));
          sleepMs(1);
          assertThat(ran).hasValue(0);
        });
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_finished")
  @Ports("test_taskgroups.TestTaskGroup.test_coro_closed_when_tg_closed")
  @Test
  void shouldRefuseSpawnWhenTheBlockIsLeft() {
    List<String> spawned = new ArrayList<>();
    Instrument instrument =
        new Instrument() {
          @Override
          public void taskSpawned(Task<?> task) {
            spawned.add(task.name());
          }
        };
    Loop.builder()
        .clock(new VirtualClock())
        .instrument(instrument)
        .run(
            () -> {
              TaskGroup left = group(g -> g);
              assertThatThrownBy(() -> left.spawn("never", () -> 1))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("group=group is closed");
              left.cancel();
              assertThatThrownBy(() -> left.spawn("never", () -> 1))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("group=group is closed");
              assertThat(Loop.current().tasks()).hasSize(1);
            });
    assertThat(spawned).containsExactly("main");
  }

  @Test
  void shouldRefuseSpawnWhenOnAnotherThread() {
    VirtualLoop.run(
        () ->
            group(
                "crew",
                g -> {
                  assertThatIllegalStateException()
                      .isThrownBy(() -> Treadle.onThread(() -> g.spawn(() -> 1)))
                      .withMessageMatching(
                          "TaskGroup\\.spawn\\(\\) on a wrong thread: thread=\\S+ loop=loop; hand it"
                              + " over with Loop\\.execute\\(\\.\\.\\.\\) or Loop\\.submit\\(\\.\\.\\.\\)");
                  assertThat(g.size()).isZero();
                  return null;
                }));
  }

  @Test
  @SuppressWarnings("NullAway") // The point of the test.
  void shouldRefuseSpawnWhenThereIsNoBody() {
    VirtualLoop.run(
        () ->
            group(
                g -> {
                  assertThatThrownBy(() -> g.spawn((Callable<Integer>) null))
                      .isInstanceOf(NullPointerException.class)
                      .hasMessage("body");
                  assertThatThrownBy(() -> g.spawn((Action<Exception>) null))
                      .isInstanceOf(NullPointerException.class)
                      .hasMessage("body");
                  assertThat(g.size()).isZero();
                }));
  }

  @Ports("test_taskgroups.TestTaskGroup.test_taskgroup_without_parent_task")
  @Test
  void shouldRefuseToOpenWhenOutsideATask() {
    assertThatThrownBy(() -> group(g -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("group() outside a task: thread=")
        .hasMessageEndingWith("start it with Treadle.run(...)");
  }

  @Test
  void shouldGiveTheBodysValueAfterTheLastChild() {
    VirtualLoop.run(
        () -> {
          String value =
              group(
                  g -> {
                    after(g, 100, 1);
                    return "early";
                  });
          assertThat(value).isEqualTo("early");
          assertThat(now()).isEqualTo(100);
        });
  }

  @Test
  void shouldNotSuspendWhenThereIsNoChild() {
    VirtualLoop.run(
        () -> {
          List<String> turns = new ArrayList<>();
          Loop.current().callSoon(() -> turns.add("turned"));
          int value = group(g -> 1);
          assertThat(value).isEqualTo(1);
          assertThat(turns).isEmpty();
          sleep(Duration.ZERO);
          assertThat(turns).hasSize(1);
        });
  }
}
