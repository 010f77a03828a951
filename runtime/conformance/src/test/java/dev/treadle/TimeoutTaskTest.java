package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.treadle.conformance.Ports;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Timeouts around other tasks: asyncio's {@code wait_for}, in scopes. */
class TimeoutTaskTest {
  @Ports("test_timeouts.TimeoutTests.test_timeout_taskgroup")
  @Test
  void shouldReportCrashesOfCleanUpWhenAGroupTimesOut() {
    VirtualLoop.run(
        () -> {
          TaskGroupException failed =
              catchThrowableOfType(
                  TaskGroupException.class,
                  () ->
                      withTimeout(
                          ms(20),
                          () ->
                              group(
                                  g -> {
                                    // Ends in time, and leaves nothing.
                                    g.spawn(() -> sleepMs(10));
                                    // Crashes in the clean-up that the deadline sets off.
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            throwArithmetic();
                                          }
                                        });
                                    // A deadline of its own, inside the cancelled clean-up.
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            shield(() -> withTimeout(ms(15), () -> sleepForever()));
                                          }
                                        });
                                  })));
          assertThat(failed.leaves())
              .extracting(leaf -> leaf.getClass().getSimpleName())
              .containsExactly("ArithmeticException", "DeadlineExceededException");
          assertThat(failed.causes()).hasSize(2);
          assertThat(failed.getSuppressed())
              .as("the deadline that set it off")
              .anyMatch(
                  note ->
                      note instanceof DeadlineExceededException late
                          && late.timeout().equals(ms(20)));
          assertThat(now()).isEqualTo(35);
        });
  }

  private static void throwArithmetic() {
    throw new ArithmeticException("/ by zero");
  }

  @Test
  void shouldEndChildrenBeforeItThrowsWhenAGroupTimesOut() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(20),
                          () ->
                              group(
                                  g -> {
                                    g.spawn(
                                        () -> {
                                          try {
                                            sleepForever();
                                          } finally {
                                            shield(() -> sleepMs(5));
                                            order.step(1);
                                          }
                                        });
                                  })))
              .isInstanceOf(DeadlineExceededException.class);
          order.step(2);
          assertThat(now()).isEqualTo(25);
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation")
  // Wait_for owns the task it waits for; here a task spawned in a group inside the timeout is
  // owned.
  @Test
  void shouldWaitForTheCancelledTaskToEnd() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(1),
                          () ->
                              group(
                                  g -> {
                                    Task<?> inner =
                                        g.spawn(
                                            () -> {
                                              try {
                                                sleepForever();
                                              } catch (Cancelled cancelled) {
                                                shield(() -> sleepMs(1));
                                                throw cancelled;
                                              } finally {
                                                order.step(1);
                                              }
                                            });
                                    await(inner);
                                  })))
              .isInstanceOf(DeadlineExceededException.class)
              .hasCauseInstanceOf(Cancelled.class);
          order.end(1);
          assertThat(now()).isEqualTo(2);
        });
  }

  @Ports(
      value = "test_waitfor.AsyncioWaitForTest.test_wait_for",
      differs = "an await does not cancel the task it waits for")
  @Test
  void shouldLeaveAnAwaitedTaskAloneWhenTheWaitTimesOut() {
    VirtualLoop.run(
        () -> {
          Task<Integer> task =
              spawn(
                  () -> {
                    sleepMs(100);
                    return 42;
                  });
          assertThatThrownBy(() -> withTimeout(ms(10), () -> await(task)))
              .isInstanceOf(DeadlineExceededException.class);
          assertThat(task.isDone()).isFalse();
          assertThat(await(task)).isEqualTo(42);
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296")
  @Test
  void shouldNotLoseACancelThatRacesTheEndOfTheInnerTask() {
    VirtualLoop.run(
        () -> {
          for (int turns = 0; turns < 6; turns++) {
            Order order = new Order();
            Task<?> outer =
                spawn(
                    () -> {
                      withTimeout(
                          ms(100),
                          () ->
                              group(
                                  g -> {
                                    g.spawn(() -> {});
                                  }));
                      sleepMs(1);
                      order.step(99);
                    });
            for (int i = 0; i < turns; i++) {
              yieldNow();
            }
            assertThat(outer.isDone()).isFalse();
            outer.cancel();
            assertThatThrownBy(() -> await(outer))
                .as("cancelled after %s turns", turns)
                .isInstanceOf(CancellationException.class);
            order.end(0);
          }
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition")
  @Test
  void shouldGiveTheValueWhenItComesBeforeTheDeadline() {
    VirtualLoop.run(
        () -> {
          Deferred<String> value = new Deferred<>();
          Loop.current().callLater(ms(100), () -> value.complete("ok"));
          String got = withTimeout(ms(200), () -> await(value));
          assertThat(got).isEqualTo("ok");
        });
  }

  @Test
  void shouldGiveTheValueWhenItComesInTheInstantOfTheDeadlineButFirst() {
    VirtualLoop.run(
        () -> {
          Deferred<String> value = new Deferred<>();
          Deferred<String> never = new Deferred<>();
          Task<?> completer =
              spawn(
                  () -> {
                    sleepMs(100);
                    value.complete("ok");
                  });
          yieldNow();
          // Handed over before the deadline has its say: the value is not lost.
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(101),
                          () -> {
                            assertThat(await(value)).isEqualTo("ok");
                            await(never);
                          }))
              .isInstanceOf(DeadlineExceededException.class);
          await(completer);
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_cancel_wait_for")
  @Ports("test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for")
  @Test
  void shouldCancelTheInnerTaskWhenTheWaitIsCancelled() {
    VirtualLoop.run(
        () -> {
          Deferred<Task<?>> inner = new Deferred<>();
          Task<?> outer =
              spawn(
                  () ->
                      withTimeout(
                          ms(60_000),
                          () ->
                              group(
                                  g -> {
                                    Task<?> child = g.spawn(VirtualLoop::sleepForever);
                                    inner.complete(child);
                                    await(child);
                                  })));
          Loop.current().callSoon(outer::cancel);
          assertThatThrownBy(() -> await(outer)).isInstanceOf(CancellationException.class);
          assertThat(await(inner).isCancelled()).isTrue();
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_timeout")
  @Ports("test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled")
  // A task that ignores its cancellation for a while holds up the wait
  @Test
  void shouldWaitForABodyThatKeepsWorkingInAShield() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(100),
                          () -> {
                            shield(() -> sleepMs(200));
                            order.step(1);
                            yieldNow();
                          }))
              .isInstanceOf(DeadlineExceededException.class);
          order.end(1);
          assertThat(now()).isEqualTo(200);
        });
  }
}
