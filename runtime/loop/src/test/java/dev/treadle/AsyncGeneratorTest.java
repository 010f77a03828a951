package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.coroutines.Coroutine;
import dev.treadle.coroutines.Generator;
import dev.treadle.coroutines.GeneratorExit;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators whose bodies await, and what happens to those that are left half-way. */
@Timeout(60)
class AsyncGeneratorTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<String> events = new ArrayList<>();
  private final List<String> unobserved = new ArrayList<>();

  /** Counts up, a second each; clean-up takes a second, too. */
  private Generator<Integer> ticks(String name) {
    return Generator.of(
        y -> {
          try {
            for (int i = 1; ; i++) {
              sleep(SECOND);
              y.yield(i);
            }
          } finally {
            shield(() -> sleep(SECOND));
            events.add(name + " closed at " + Loop.current().time().toSeconds());
          }
        });
  }

  private void run(Action<Exception> body) {
    Virtually.loop()
        .onFailure((source, failure) -> unobserved.add(source + ": " + failure.getMessage()))
        .run(body);
  }

  @Test
  void shouldIterateWithAPlainForWhileOthersRun() {
    run(
        () -> {
          spawn(() -> events.add("other task"));
          for (int i : ticks("ticks")) {
            events.add("tick " + i);
            if (i == 2) {
              break;
            }
          }
        });
    assertThat(events).containsExactly("other task", "tick 1", "tick 2", "ticks closed at 3");
  }

  @Test
  void shouldCloseAnAbandonedOneAtTheEndOfTheScopeItWasMadeIn() {
    run(
        () -> {
          withTimeout(SECOND.multipliedBy(9), () -> ticks("timeout").next());
          events.add("after the timeout");
          moveOnAfter(SECOND.multipliedBy(9), () -> ticks("move on").next());
          events.add("after the scope");
          shield(() -> ticks("shield").next());
          events.add("after the shield");
          group(
              g -> {
                ticks("group").next();
              });
          events.add("after the group");
        });
    assertThat(events)
        .containsExactly(
            "timeout closed at 2",
            "after the timeout",
            "move on closed at 4",
            "after the scope",
            "shield closed at 6",
            "after the shield",
            "group closed at 8",
            "after the group");
  }

  @Test
  void shouldStayOpenWhenAStepIsTakenInsideANarrowerScope() {
    run(
        () -> {
          Generator<Integer> ticks = ticks("ticks");
          assertThat(withTimeout(SECOND.multipliedBy(9), ticks::next)).isEqualTo(1);
          assertThat(withTimeout(SECOND.multipliedBy(9), ticks::next)).isEqualTo(2);
          events.add("two steps");
        });
    assertThat(events).containsExactly("two steps", "ticks closed at 3");
  }

  @Test
  void shouldStayOpenWhenItLeavesItsScopeBeforeItBegins() {
    run(
        () -> {
          Generator<Integer> ticks = withTimeout(SECOND, () -> ticks("ticks"));
          assertThat(ticks.next()).isEqualTo(1);
          assertThat(ticks.next()).isEqualTo(2);
        });
    assertThat(events).containsExactly("ticks closed at 3");
  }

  @Test
  void shouldBelongToTheTaskThatBeginsItWhenItWasMadeOutside() {
    Generator<Integer> ticks = ticks("ticks");
    run(
        () -> {
          await(spawn(() -> withTimeout(SECOND.multipliedBy(9), ticks::next)));
          events.add("task ended");
        });
    assertThat(events).containsExactly("ticks closed at 2", "task ended");
  }

  @Test
  void shouldCloseTheYoungestFirst() {
    run(
        () -> {
          ticks("first").next();
          Generator<Integer> second = ticks("second");
          second.next();
          ticks("third").next();
          second.close();
          events.add("all begun");
        });
    assertThat(events)
        .containsExactly(
            "second closed at 4", "all begun", "third closed at 5", "first closed at 6");
  }

  @Test
  void shouldCloseWhatAGeneratorMadeWithTheGenerator() {
    run(
        () -> {
          Generator<Integer> outer =
              Generator.of(
                  y -> {
                    Generator<Integer> inner = ticks("inner");
                    y.yield(inner.next());
                    y.yield(inner.next());
                    events.add("outer ends");
                  });
          List<Integer> seen = new ArrayList<>();
          // The step in which the inner one is made is not its home.
          withTimeout(SECOND.multipliedBy(9), () -> seen.add(outer.next()));
          outer.forEachRemaining(seen::add);
          assertThat(seen).containsExactly(1, 2);
          events.add("iterated");
        });
    assertThat(events).containsExactly("outer ends", "inner closed at 3", "iterated");
  }

  @Test
  void shouldCloseInTheScopeThatAGeneratorOpenedInItsBody() {
    run(
        () -> {
          Generator<Integer> outer =
              Generator.of(
                  y -> {
                    int first = withTimeout(SECOND.multipliedBy(9), () -> ticks("inner").next());
                    events.add("scope left");
                    y.yield(first);
                  });
          assertThat(outer.next()).isEqualTo(1);
        });
    assertThat(events).containsExactly("inner closed at 2", "scope left");
  }

  @Test
  void shouldCloseADelegatingChainOnce() {
    run(
        () -> {
          Generator<Integer> outer =
              Generator.of(
                  y -> {
                    try {
                      y.yieldFrom(ticks("inner"));
                    } finally {
                      events.add("outer closed");
                    }
                  });
          assertThat(outer.next()).isEqualTo(1);
        });
    assertThat(events).containsExactly("inner closed at 2", "outer closed");
  }

  @Test
  void shouldCutCleanUpShortWhenTheScopeIsCancelledAndNothingShieldsIt() {
    run(
        () -> {
          boolean inTime =
              moveOnAfter(
                  SECOND,
                  () -> {
                    Generator<Integer> one =
                        Generator.of(
                            y -> {
                              try {
                                y.yield(1);
                              } finally {
                                events.add("clean-up begins");
                                sleep(SECOND);
                                events.add("never");
                              }
                            });
                    one.next();
                    sleep(SECOND.multipliedBy(100));
                  });
          assertThat(inTime).isFalse();
          assertThat(Loop.current().time()).isEqualTo(SECOND);
        });
    assertThat(events).containsExactly("clean-up begins");
    assertThat(unobserved).isEmpty();
  }

  private static Generator<Integer> failingToClose(String problem) {
    return Generator.of(
        y -> {
          try {
            y.yield(1);
          } catch (GeneratorExit exit) {
            throw new IllegalStateException(problem);
          }
        });
  }

  @Test
  void shouldFailTheBodyWhenClosingFails() {
    run(
        () -> {
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          SECOND,
                          () -> {
                            failingToClose("older").next();
                            failingToClose("younger").next();
                          }))
              .hasMessage("younger")
              .satisfies(
                  e -> assertThat(e.getSuppressed()).extracting("message").contains("older"));
          assertThatThrownBy(
                  () ->
                      moveOnAfter(
                          SECOND,
                          () -> {
                            failingToClose("closing").next();
                            throw new IllegalArgumentException("body");
                          }))
              .hasMessage("body")
              .satisfies(
                  e -> assertThat(e.getSuppressed()).extracting("message").contains("closing"));
          assertThatThrownBy(
                  () ->
                      group(
                          g -> {
                            failingToClose("in group").next();
                          }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  e -> assertThat(e.causes()).extracting("message").containsExactly("in group"));
          Task<Integer> task = spawn(() -> failingToClose("in task").next());
          assertThatThrownBy(() -> await(task)).hasMessage("in task");
        });
  }

  @Test
  void shouldCloseOnlyAfterTheChildrenThatStepItHaveEnded() {
    run(
        () ->
            group(
                g -> {
                  Generator<Integer> shared = ticks("shared");
                  g.spawn(
                      () -> {
                        for (String worker : List.of("a", "b")) {
                          await(g.spawn(() -> events.add(worker + " " + shared.next())));
                        }
                      });
                }));
    assertThat(events).containsExactly("a 1", "b 2", "shared closed at 3");
  }

  @Test
  void shouldGoOverToTheTaskThatIsSteppingItWhenItsScopeEnds() {
    run(
        () -> {
          Task<Integer> stepping =
              withTimeout(
                  SECOND.multipliedBy(9),
                  () -> {
                    Generator<Integer> ticks = ticks("ticks");
                    Task<Integer> other = spawn(() -> ticks.next() + ticks.next());
                    yieldNow();
                    return other;
                  });
          events.add("scope left");
          assertThat(await(stepping)).isEqualTo(3);
          events.add("task ended");
        });
    assertThat(events).containsExactly("scope left", "ticks closed at 3", "task ended");
  }

  @Test
  void shouldHoldNoneThatHasEnded() {
    run(
        () -> {
          WeakReference<Object> closed = new WeakReference<>(oneStep(true));
          WeakReference<Object> ended = new WeakReference<>(oneStep(false));
          for (int i = 0; i < 100 && (closed.get() != null || ended.get() != null); i++) {
            System.gc();
            yieldNow();
          }
          assertThat(closed.get()).isNull();
          assertThat(ended.get()).isNull();
        });
  }

  private static Object oneStep(boolean close) {
    Generator<Integer> one = Generator.of(y -> y.yield(1));
    one.next();
    if (close) {
      one.close();
    } else {
      assertThat(one.hasNext()).isFalse();
    }
    return one;
  }

  @Test
  void shouldLeaveOneAloneThatWentToAnotherThread() throws InterruptedException {
    List<Generator<String>> kept = new ArrayList<>();
    run(
        () -> {
          Generator<String> names =
              Generator.of(
                  y -> {
                    while (true) {
                      y.yield(Thread.currentThread().getName());
                    }
                  });
          names.next();
          kept.add(names);
          Treadle.onThread(names::next);
        });
    Thread thread = new Thread(() -> events.add(kept.getFirst().next()), "elsewhere");
    thread.start();
    thread.join();
    assertThat(events).containsExactly("elsewhere");
  }

  @Test
  void shouldCloseAnAbandonedCoroutineToo() {
    run(
        () -> {
          await(
              spawn(
                  () -> {
                    Coroutine<Integer, Integer, String> doubler =
                        Coroutine.of(
                            c -> {
                              try {
                                int sent = 0;
                                while (true) {
                                  sent = c.yield(sent * 2);
                                  sleep(SECOND);
                                }
                              } finally {
                                events.add("coroutine closed");
                              }
                            });
                    doubler.next();
                    assertThat(doubler.send(21)).isEqualTo(42);
                  }));
          events.add("task ended");
        });
    assertThat(events).containsExactly("coroutine closed", "task ended");
  }

  // PEP 789
  @Test
  void shouldRefuseAYieldInsideAScopeOrGroup() {
    run(
        () -> {
          Generator<Integer> inTimeout = Generator.of(y -> withTimeout(SECOND, () -> y.yield(1)));
          assertThatThrownBy(inTimeout::next)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("cannot yield inside a cancel scope or group: scope=");
          Generator<Integer> inGroup =
              Generator.of(
                  y ->
                      group(
                          g -> {
                            y.yield(1);
                          }));
          assertThatThrownBy(inGroup::next)
              .isInstanceOf(TaskGroupException.class)
              .cause()
              .hasMessageStartingWith("cannot yield inside a cancel scope or group: scope=");
        });
  }

  @Test
  void shouldCloseWhenTheTaskIsCancelledHalfWay() {
    run(
        () -> {
          Task<@Nullable Void> task =
              spawn(
                  () -> {
                    for (int i : ticks("ticks")) {
                      events.add("tick " + i);
                      sleep(SECOND.multipliedBy(100));
                    }
                  });
          sleep(SECOND.multipliedBy(5));
          task.cancel();
          assertThat(catchThrowable(() -> await(task)))
              .isInstanceOf(java.util.concurrent.CancellationException.class);
        });
    assertThat(events).containsExactly("tick 1", "ticks closed at 6");
    assertThat(unobserved).isEmpty();
  }
}
