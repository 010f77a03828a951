package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawnEager;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.coroutines.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class EagerStartTest {
  @Test
  void shouldAbortTheGroupWhenItFailsAtOnce() {
    IllegalStateException failure = new IllegalStateException("no route");
    Order order = new Order();
    VirtualLoop.run(
        () -> {
          assertThatExceptionOfType(TaskGroupException.class)
              .isThrownBy(
                  () ->
                      group(
                          g -> {
                            Task<?> sibling = g.spawn("sibling", VirtualLoop::sleepForever);
                            yieldNow();
                            Task<Object> failed =
                                g.spawnEager(
                                    "fails",
                                    () -> {
                                      order.step(1);
                                      throw failure;
                                    });
                            assertThat(failed.failure()).isSameAs(failure);
                            order.step(2);
                            assertThat(sibling.isCancelling()).isTrue();
                            yieldNow();
                            order.step(-1);
                          }))
              .satisfies(e -> assertThat(e.causes()).containsExactly(failure));
          order.end(2);
        });
  }

  @Test
  void shouldEndTheGroupWhenEveryEagerChildIsDoneBeforeTheBlockIs() {
    VirtualLoop.run(
        () -> {
          int sum =
              group(
                  g -> {
                    Task<Integer> one = g.spawnEager("one", () -> 1);
                    Task<Integer> two =
                        g.spawnEager(
                            "two",
                            () -> {
                              yieldNow();
                              return 2;
                            });
                    assertThat(g.size()).isEqualTo(1);
                    return await(one) + await(two);
                  });
          assertThat(sum).isEqualTo(3);
        });
  }

  @Test
  void shouldNotRunTheBodyWhenTheSurroundingScopeIsCancelled() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          scope.run(
              () ->
                  group(
                      g -> {
                        scope.cancel();
                        Task<String> task = g.spawnEager("never", () -> "ran");
                        assertThat(task.isCancelled()).isTrue();
                      }));
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }

  @Test
  void shouldBeRefusedWhenTheGroupIsEnding() {
    VirtualLoop.run(
        () ->
            Treadle.group(
                g -> {
                  g.cancel();
                  assertThatIllegalStateException()
                      .isThrownBy(() -> g.spawnEager("late", () -> 1))
                      .withMessageStartingWith("spawn() refused: group=group is ending");
                }));
  }

  @Test
  void shouldLetTheChildCancelItsSpawner() {
    VirtualLoop.run(
        () -> {
          Task<?> outer =
              Treadle.spawn(
                  "outer",
                  () -> {
                    Task<?> me = Task.require("test");
                    spawnEager("canceller", () -> me.cancel());
                    yieldNow();
                  });
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(outer));
        });
  }

  @Test
  void shouldSuspendOnlyTheChildWhenAGeneratorIsInBetween() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          List<Task<?>> children = new ArrayList<>();
          try (Generator<String> names =
              Generator.of(
                  y -> {
                    for (String name : List.of("a", "b")) {
                      children.add(
                          spawnEager(
                              name,
                              () -> {
                                events.add(name + " starts");
                                try (Generator<Integer> inner =
                                    Generator.of(
                                        z -> {
                                          yieldNow();
                                          z.yield(1);
                                          yieldNow();
                                          z.yield(2);
                                        })) {
                                  for (int n : inner) {
                                    events.add(name + n);
                                  }
                                }
                              }));
                      y.yield(name);
                      yieldNow();
                    }
                  })) {
            for (String name : names) {
              events.add("got " + name);
            }
          }
          for (Task<?> child : children) {
            await(child);
          }
          assertThat(events)
              .containsExactly("a starts", "got a", "a1", "b starts", "got b", "a2", "b1", "b2");
        });
  }

  @Test
  void shouldRefuseToYieldThroughTheSpawnersGenerator() {
    VirtualLoop.run(
        () -> {
          List<Task<?>> child = new ArrayList<>();
          try (Generator<String> generator =
              Generator.of(
                  y -> {
                    child.add(spawnEager("intruder", () -> y.yield("not mine")));
                    y.yield("mine");
                  })) {
            assertThat(generator.iterator().next()).isEqualTo("mine");
          }
          assertThat(child.getFirst().failure())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("yield");
        });
  }

  @Test
  void shouldSuspendTheChildOfASpawnerThatIsPinned() {
    VirtualLoop.run(
        () -> {
          Object monitor = new Object();
          Task<String> byMonitor;
          synchronized (monitor) {
            byMonitor =
                spawnEager(
                    "in a monitor",
                    () -> {
                      yieldNow();
                      return "moved";
                    });
          }
          assertThat(byMonitor.isDone()).isFalse();
          assertThat(await(byMonitor)).isEqualTo("moved");
          // A class initializer is a native frame to the JVM.
          Task<?> byNative = Initialized.CHILD;
          assertThat(byNative.isDone()).isFalse();
          await(byNative);
        });
  }

  @Test
  void shouldStartInTheNextTurnWhenNestedTooDeep() {
    VirtualLoop.run(
        () -> {
          int[] deepest = new int[1];
          int depth = EagerStart.DEEPEST + 10;
          List<Task<?>> tasks = new ArrayList<>();
          nest(depth, deepest, tasks);
          assertThat(deepest[0]).isEqualTo(EagerStart.DEEPEST);
          // Each task ends a turn after the one it has spawned.
          while (tasks.size() < depth) {
            yieldNow();
          }
          for (Task<?> task : tasks) {
            await(task);
          }
          assertThat(deepest[0]).isEqualTo(depth);
        });
  }

  private static void nest(int levels, int[] deepest, List<Task<?>> tasks) {
    if (levels > 0) {
      tasks.add(
          spawnEager(
              "level " + levels,
              () -> {
                deepest[0]++;
                nest(levels - 1, deepest, tasks);
                yieldNow();
              }));
    }
  }

  @Test
  void shouldStartInsideACallbackOfTheLoop() {
    VirtualLoop.run(
        () -> {
          Deferred<Task<String>> spawned = new Deferred<>();
          Loop.current()
              .callSoon(
                  () ->
                      spawned.complete(
                          spawnEager(
                              "from a callback",
                              () -> {
                                yieldNow();
                                return "done";
                              })));
          assertThat(await(await(spawned))).isEqualTo("done");
        });
  }

  @Test
  void shouldDumpTheSpawnerAsRunning() {
    VirtualLoop.run(
        () -> {
          String dump = spawnEager("child", () -> Loop.current().dump()).result();
          assertThat(dump).contains("Task[main running]", "Task[child running]");
        });
  }

  @Test
  void shouldShowInstrumentsStepsThatDoNotNest() {
    List<String> events = new ArrayList<>();
    Virtually.loop()
        .instrument(
            new Instrument() {
              @Override
              public void taskSpawned(Task<?> task) {
                events.add("spawned " + task.name());
              }

              @Override
              public void stepStarted(Task<?> task) {
                events.add("+" + task.name());
              }

              @Override
              public void stepEnded(Task<?> task) {
                events.add("-" + task.name());
              }

              @Override
              public void taskEnded(Task<?> task) {
                events.add("ended " + task.name());
              }
            })
        .run(
            () -> {
              spawnEager("quick", () -> {});
              Task<?> slow = spawnEager("slow", () -> yieldNow());
              await(slow);
            });
    assertThat(events)
        .containsExactly(
            "spawned main",
            "+main",
            "spawned quick",
            "-main",
            "+quick",
            "ended quick",
            "-quick",
            "+main",
            "spawned slow",
            "-main",
            "+slow",
            "-slow",
            "+main",
            "-main",
            "+slow",
            "ended slow",
            "-slow",
            "+main",
            "ended main",
            "-main");
  }

  /** Spawns in its static initializer. */
  private static final class Initialized {
    private static final Task<?> CHILD = spawnEager("in <clinit>", () -> yieldNow());
  }

  @Test
  void shouldNotBeAskedForItsMonitorsWhileItStartsAnother() {
    VirtualLoop.run(
        () -> {
          Task<?> spawner = java.util.Objects.requireNonNull(Treadle.currentTask());
          Task<List<?>> child = Treadle.spawnEager("child", () -> List.copyOf(spawner.monitors()));
          assertThat(child.result()).isEmpty();
        });
  }
}
