package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.checkCancelled;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskCancelTest {
  private static void assertCancelled(Task<?> task) {
    assertThatThrownBy(() -> await(task))
        .isInstanceOf(CancellationException.class)
        .hasMessage("the awaited computation was cancelled: awaited=task '" + task.name() + "'");
    assertThat(task.isCancelled()).isTrue();
    assertThat(task.isDone()).isTrue();
    assertThat(task.isCancelling()).isFalse();
    assertThat(task.failure())
        .isInstanceOf(CancellationException.class)
        .hasMessage("task '" + task.name() + "' was cancelled");
    assertThatThrownBy(task::result).isInstanceOf(CancellationException.class);
  }

  @Test
  void shouldThrowFromTheLoopsLookOnlyInACancelledTask() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          loop.checkCancelled();
          Task<Boolean> cancelled =
              spawn(
                  () -> {
                    Task.require("test").cancel();
                    try {
                      loop.checkCancelled();
                      return false;
                    } catch (Cancelled expected) {
                      return true;
                    }
                  });
          assertThat(await(cancelled)).isTrue();
          loop.callSoon(loop::checkCancelled);
          yieldNow();
        });
  }

  @Test
  void shouldLetOtherTasksRunWhenABodySwallowsItsCancellationInALoop() {
    Virtually.run(
        () -> {
          boolean[] stop = new boolean[1];
          int[] swallowed = new int[1];
          Task<String> stubborn =
              spawn(
                  () -> {
                    while (!stop[0]) {
                      try {
                        sleepForever();
                      } catch (Cancelled cancelled) {
                        swallowed[0]++;
                      }
                    }
                    return "ended by itself";
                  });
          Virtually.turns(1);
          stubborn.cancel();
          Virtually.turns(3);
          stop[0] = true;
          assertThat(await(stubborn)).isEqualTo("ended by itself");
          assertThat(swallowed[0]).isBetween(3, 8);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task")
  @Test
  void shouldNotRunTheBodyWhenCancelledBeforeItsFirstTurn() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task = spawn(() -> order.step(99));
          task.cancel();
          assertThat(task.isCancelling()).isTrue();
          assertThat(task.isDone()).isFalse();
          assertCancelled(task);
          order.end(0);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel_task_catching")
  @Test
  void shouldEndTheWaitAtOnce() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    order.step(1);
                    try {
                      sleepForever();
                    } catch (Cancelled cancelled) {
                      order.step(3);
                      throw cancelled;
                    }
                  });
          sleepMs(10);
          order.step(2);
          task.cancel();
          assertCancelled(task);
          order.end(3);
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_cancel_task_ignoring",
      differs = "a cancellation is a state: who swallows it meets it again at the next suspension")
  @Test
  void shouldThrowAgainAtEverySuspension() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    try {
                      sleepForever();
                    } catch (Cancelled ignored) {
                      order.step(1);
                    }
                    try {
                      await(new Deferred<String>());
                    } catch (Cancelled ignored) {
                      order.step(2);
                    }
                    try {
                      checkCancelled();
                    } catch (Cancelled ignored) {
                      order.step(3);
                    }
                    yieldNow();
                    order.step(99);
                  });
          yieldNow();
          task.cancel();
          assertCancelled(task);
          order.end(3);
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel_current_task")
  @Test
  void shouldThrowAtTheNextSuspensionWhenATaskCancelsItself() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    Task<?> self = Task.require("test");
                    self.cancel();
                    assertThat(self.isCancelling()).isTrue();
                    order.step(1);
                    sleepForever();
                  });
          assertCancelled(task);
          order.end(1);
        });
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_cancel_at_end",
      differs = "a body that ends by itself has its value, as nothing was cut short")
  @Test
  void shouldKeepTheValueWhenTheBodyEndsWithoutSuspending() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task =
              spawn(
                  () -> {
                    Task.require("test").cancel();
                    return 42;
                  });
          assertThat(await(task)).isEqualTo(42);
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Test
  void shouldKeepTheFailureWhenCleanUpFails() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          Task<?> task =
              spawn(
                  () -> {
                    try {
                      sleepForever();
                    } catch (Cancelled cancelled) {
                      throw failure;
                    }
                  });
          yieldNow();
          task.cancel();
          assertThatThrownBy(() -> await(task)).isSameAs(failure);
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel_awaited_task")
  @Test
  void shouldCancelTheWaiterAndNotTheAwaited() {
    VirtualLoop.run(
        () -> {
          Task<Integer> awaited =
              spawn(
                  () -> {
                    sleepMs(10);
                    return 42;
                  });
          Task<Integer> waiter = spawn(() -> await(awaited));
          yieldNow();
          waiter.cancel();
          assertCancelled(waiter);
          assertThat(await(awaited)).isEqualTo(42);
        });
  }

  @Test
  void shouldHandOverTheValueWhenCancelledAfterTheWakeUp() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Deferred<Integer> value = new Deferred<>();
          Task<?> task =
              spawn(
                  () -> {
                    assertThat(await(value)).isEqualTo(42);
                    order.step(1);
                    yieldNow();
                    order.step(99);
                  });
          yieldNow();
          value.complete(42);
          task.cancel();
          assertCancelled(task);
          order.end(1);
        });
  }

  @Test
  void shouldThrowWhenCancelledBeforeTheWakeUp() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> value = new Deferred<>();
          Task<?> task = spawn(() -> await(value));
          yieldNow();
          task.cancel();
          value.complete(42);
          assertCancelled(task);
        });
  }

  @Test
  void shouldThrowOnceTheTurnComesRoundWhenCancelledInAYield() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    order.step(1);
                    try {
                      yieldNow();
                    } finally {
                      order.step(3);
                    }
                    order.step(99);
                  });
          yieldNow();
          order.step(2);
          task.cancel();
          task.cancel();
          assertCancelled(task);
          order.end(3);
        });
  }

  @Test
  void shouldThrowOnceWhenSeveralScopesAreCancelledInOneTurn() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          CancelScope outer = new CancelScope();
          CancelScope inner = new CancelScope();
          Task<?> task =
              spawn(
                  () ->
                      outer.run(
                          () ->
                              inner.run(
                                  () -> {
                                    try {
                                      sleepForever();
                                    } finally {
                                      order.step(1);
                                    }
                                  })));
          yieldNow();
          inner.cancel();
          outer.cancel();
          task.cancel();
          assertCancelled(task);
          order.end(1);
          assertThat(inner.cancelledCaught()).isFalse();
          assertThat(outer.cancelledCaught()).isFalse();
        });
  }

  @Test
  void shouldDoNothingWhenDone() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task = spawn(() -> 42);
          assertThat(await(task)).isEqualTo(42);
          task.cancel();
          assertThat(task.isCancelling()).isFalse();
          assertThat(task.isCancelled()).isFalse();
          assertThat(await(task)).isEqualTo(42);
        });
  }

  @Test
  void shouldCancelWhatItAwaitsWhenThatIsAFuture() {
    VirtualLoop.run(
        () -> {
          CompletableFuture<String> future = new CompletableFuture<>();
          Task<?> task = spawn(() -> await(future));
          yieldNow();
          task.cancel();
          assertThat(future).isCancelled();
          assertCancelled(task);
        });
  }

  @Test
  void shouldCancelEveryoneWhenAFuturesDependentCancelsMore() {
    VirtualLoop.run(
        () -> {
          CompletableFuture<String> future = new CompletableFuture<>();
          group(
              g -> {
                Task<?> first = g.spawn(() -> await(future));
                Task<?> second = g.spawn(() -> sleepForever());
                yieldNow();
                future.whenComplete(
                    (value, failure) -> {
                      second.cancel();
                      first.cancel();
                      g.cancel();
                    });
                first.cancel();
              });
          yieldNow();
        });
  }

  @Test
  void shouldReachTheOthersWhenCancellingAFutureFails() {
    AssertionError broken = new AssertionError("broken");
    CompletableFuture<String> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            throw broken;
          }
        };
    Deferred<@Nullable Throwable>[] reported = newReports();
    Loop.builder()
        .clock(new VirtualClock())
        .onFailure((source, failure) -> reported[0].complete(failure))
        .run(
            () -> {
              reported[0] = new Deferred<>();
              Order order = new Order();
              group(
                  g -> {
                    g.spawn("waiter", () -> await(future));
                    g.spawn(
                        () -> {
                          try {
                            sleepForever();
                          } finally {
                            order.step(1);
                          }
                        });
                    yieldNow();
                    g.cancel();
                  });
              order.end(1);
              assertThat(await(reported[0])).isSameAs(broken);
            });
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Deferred<@Nullable Throwable>[] newReports() {
    return new Deferred[1];
  }

  @Test
  void shouldCancelAHostWithAThousandChildren() {
    VirtualLoop.run(
        () -> {
          int[] cleaned = new int[1];
          Task<?> host =
              spawn(
                  () ->
                      group(
                          g -> {
                            for (int i = 0; i < 1000; i++) {
                              g.spawn(
                                  () -> {
                                    try {
                                      sleepForever();
                                    } finally {
                                      cleaned[0]++;
                                    }
                                  });
                            }
                          }));
          sleepMs(1);
          host.cancel();
          assertCancelled(host);
          assertThat(cleaned[0]).isEqualTo(1000);
          assertThat(now()).isEqualTo(1);
        });
  }

  @Test
  void shouldCancelTheTasksOfVeryDeeplyNestedGroups() {
    VirtualLoop.run(
        () -> {
          int depth = 10_000;
          int[] cleaned = new int[1];
          Deferred<String> bottom = new Deferred<>();
          Task<?> top = spawn(() -> nest(depth, cleaned, bottom));
          await(bottom);
          top.cancel();
          assertCancelled(top);
          assertThat(cleaned[0]).isEqualTo(depth);
        });
  }

  private static void nest(int depth, int[] cleaned, Deferred<String> bottom) {
    try {
      if (depth == 1) {
        bottom.complete("reached");
        sleepForever();
      }
      group(
          g -> {
            g.spawn(() -> nest(depth - 1, cleaned, bottom));
          });
    } finally {
      cleaned[0]++;
    }
  }
}
