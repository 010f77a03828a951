package dev.treadle;

import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.on;
import static dev.treadle.Treadle.onTimeout;
import static dev.treadle.Treadle.select;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepMs;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class SelectTest {
  private static Task<Integer> after(long millis, int value) {
    return spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  @Test
  void shouldTakeWhatHappensFirstAndLeaveTheRest() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> slow = new Deferred<>();
          Task<Integer> fast = after(10, 1);
          String chosen =
              select(
                  on(slow, value -> "slow"),
                  on(fast, value -> "fast " + value),
                  onTimeout(ms(100), () -> "late"));
          assertThat(chosen).isEqualTo("fast 1");
          assertThat(now()).isEqualTo(10);
          assertThat(slow.waiterCount()).isZero();
          assertThat(Loop.current().timers.size()).isZero();
        });
  }

  @Test
  void shouldRunTheClauseInTheSelectingTask() {
    VirtualLoop.run(
        () -> {
          Task<?> self = Task.require("test");
          select(
              on(
                  after(10, 1),
                  value -> {
                    assertThat(Task.require("test")).isSameAs(self);
                    sleepMs(5);
                  }));
          assertThat(now()).isEqualTo(15);
          Order order = new Order();
          select(
              onTimeout(
                  ms(1),
                  () -> {
                    order.step(1);
                  }));
          order.end(1);
        });
  }

  @Test
  void shouldThrowWhatTheAwaitedOneThrew() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          Deferred<Integer> failed = new Deferred<>();
          Deferred<Integer> cancelled = new Deferred<>();
          Loop.current().callLater(ms(10), () -> failed.fail(failure));
          assertThatThrownBy(() -> select(on(failed, v -> v), on(cancelled, v -> v)))
              .isSameAs(failure);
          assertThat(failure.getSuppressed()).hasSize(1);
          cancelled.cancel();
          assertThatThrownBy(() -> select(on(cancelled, v -> v), on(failed, v -> v)))
              .isInstanceOf(CancellationException.class);
        });
  }

  @Test
  void shouldWrapACheckedFailureOfAClauseOnce() {
    VirtualLoop.run(
        () -> {
          IOException checked = new IOException();
          assertThatThrownBy(
                  () ->
                      select(
                          onTimeout(
                              ms(1),
                              () -> {
                                throw checked;
                              })))
              .isInstanceOf(CompletionException.class)
              .hasCause(checked);
        });
  }

  @Test
  void shouldLeaveEveryPlaceWhenCancelled() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> first = new Deferred<>();
          Deferred<Integer> second = new Deferred<>();
          assertThat(
                  moveOnAfter(
                      ms(10),
                      () -> {
                        select(on(first, v -> v), on(second, v -> v), onTimeout(ms(100), () -> 0));
                      }))
              .isFalse();
          assertThat(first.waiterCount()).isZero();
          assertThat(second.waiterCount()).isZero();
          assertThat(Loop.current().timers.size()).isZero();
        });
  }

  @Test
  void shouldThrowAtOnceWhenItsScopeIsCancelledAlready() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          scope.cancel();
          Order order = new Order();
          scope.run(
              () -> {
                select(
                    onTimeout(
                        ms(0),
                        () -> {
                          order.step(1);
                        }));
              });
          order.end(0);
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }

  @Test
  void shouldStillGiveTheValueWhenCancelledInTheTurnThatDecides() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> deferred = new Deferred<>();
          List<Integer> got = new ArrayList<>();
          Task<?> selecting =
              spawn(
                  () -> {
                    select(
                        on(
                            deferred,
                            v -> {
                              got.add(v);
                            }),
                        onTimeout(ms(10), () -> {}));
                  });
          turns(2);
          deferred.complete(1);
          selecting.cancel();
          turns(2);
          assertThat(got).containsExactly(1);
        });
  }

  @Test
  void shouldTakeOneAwaitableInTwoClauses() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task = after(10, 1);
          assertThat(Treadle.<String>select(on(task, v -> "a"), on(task, v -> "b"))).isEqualTo("a");
          assertThat(now()).isEqualTo(10);
        });
  }

  @Test
  void shouldBeDecidedOnceWhenSeveralHappenInOneTurn() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> first = new Deferred<>();
          Deferred<Integer> second = new Deferred<>();
          Loop.current()
              .callLater(
                  ms(10),
                  () -> {
                    second.complete(2);
                    first.complete(1);
                  });
          int chosen = select(on(first, v -> v), on(second, v -> v), onTimeout(ms(20), () -> 3));
          assertThat(chosen).isEqualTo(2);
        });
  }

  @Test
  void shouldAgreeWithAnotherThreadThatCompletes() {
    VirtualLoop.run(
        () -> {
          for (int round = 0; round < 200; round++) {
            Deferred<Integer> first = new Deferred<>();
            Deferred<Integer> second = new Deferred<>();
            Task<?> other =
                spawn(
                    () ->
                        Treadle.onThread(
                            () -> {
                              first.complete(1);
                              second.complete(2);
                            }));
            int sum = select(on(second, v -> v), on(first, v -> v));
            sum += select(on(sum == 1 ? second : first, v -> v));
            assertThat(sum).isEqualTo(3);
            Treadle.await(other);
          }
        });
  }

  @Test
  void shouldSayWhatItWaitsFor() {
    VirtualLoop.run(
        () -> {
          Task<?> endless = spawn("endless", () -> VirtualLoop.sleepForever());
          Task<?> selecting =
              spawn("s", () -> select(on(endless, v -> {}), onTimeout(ms(5), () -> {})));
          turns(2);
          assertThat(selecting)
              .hasToString(
                  "Task[s suspended on select of [await task 'endless', timeout of PT0.005S]]");
          sleepMs(20);
          endless.cancel();
          turns(2);
        });
  }

  @Test
  void shouldRefuseWhatItCannotWaitFor() {
    assertThatIllegalStateException()
        .isThrownBy(() -> select(onTimeout(ms(1), () -> 1)))
        .withMessageStartingWith("select() outside a task: ");
    try (Loop other = Loop.start("other")) {
      Deferred<Integer> foreign = new Deferred<>(other);
      foreign.complete(1);
      VirtualLoop.run(
          () -> {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> select(on(foreign, v -> v)))
                .withMessageContaining("of another loop");
            assertThatIllegalArgumentException()
                .isThrownBy(() -> Treadle.<Integer>select(List.of()))
                .withMessage("select() of nothing: clauses=[]; give at least one");
          });
    }
  }

  @Test
  void shouldLetAPrimitiveBuiltOnAWaitQueueTakePart() {
    VirtualLoop.run(
        () -> {
          WaitQueue<Integer> door = new WaitQueue<>();
          boolean[] open = new boolean[1];
          Clause<String> onOpen =
              door.clause("wait", "door", "guest", () -> open[0], () -> 0, v -> "open " + v);
          Task<String> waiting = spawn("w", () -> select(onOpen, onTimeout(ms(10), () -> "late")));
          turns(2);
          assertThat(door.peekPayload()).isEqualTo("guest");
          assertThat(waiting)
              .hasToString("Task[w suspended on select of [wait door, timeout of PT0.01S]]");
          door.wake(7);
          assertThat(Loop.current().timers.size()).isZero();
          assertThat(Treadle.await(waiting)).isEqualTo("open 7");
          assertThat(Treadle.<String>select(onOpen, onTimeout(ms(10), () -> "late")))
              .isEqualTo("late");
          assertThat(door.isEmpty()).isTrue();
          open[0] = true;
          assertThat(Treadle.<String>select(onOpen)).isEqualTo("open 0");
        });
  }
}
