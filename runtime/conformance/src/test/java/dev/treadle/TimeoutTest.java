package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
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
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeoutTest {
  private static DeadlineExceededException exceeded(Duration timeout, Action<Exception> body) {
    return catchThrowableOfType(DeadlineExceededException.class, () -> withTimeout(timeout, body));
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_basic")
  @Ports("test_timeouts.TimeoutTests.test_waiter_cancelled")
  @Ports("test_timeouts.TimeoutTests.test_timeout_exception_cause")
  @Test
  void shouldThrowWhenTheTimeRunsOut() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          DeadlineExceededException late =
              exceeded(
                  ms(10),
                  () -> {
                    try {
                      sleep(Duration.ofSeconds(1));
                    } finally {
                      order.step(1);
                    }
                  });
          order.end(1);
          assertThat(late)
              .hasMessage("deadline exceeded: timeout=PT0.01S awaiting=sleep, PT0.99S left")
              .hasCauseInstanceOf(Cancelled.class);
          assertThat(late.timeout()).isEqualTo(ms(10));
          assertThat(late.awaiting()).isEqualTo("sleep, PT0.99S left");
          assertThat(now()).isEqualTo(10);
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_not_called")
  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_blocking")
  @Test
  void shouldGiveTheValueWhenInTime() {
    VirtualLoop.run(
        () -> {
          int value =
              withTimeout(
                  Duration.ofSeconds(10),
                  () -> {
                    sleepMs(10);
                    return 42;
                  });
          assertThat(value).isEqualTo(42);
          sleep(Duration.ofSeconds(20));
          assertThat(now()).isEqualTo(20_010);
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_nested_timeouts")
  @Test
  void shouldConvertOnlyAtTheOuterWhenBothAreDueAtOnce() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          DeadlineExceededException outer =
              exceeded(
                  ms(10),
                  () -> {
                    try {
                      withTimeout(ms(10), () -> sleepForever());
                    } catch (Cancelled cancelled) {
                      order.step(1);
                      throw cancelled;
                    }
                  });
          order.end(1);
          assertThat(outer).isNotNull();
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_zero")
  @Ports("test_timeouts.TimeoutTests.test_timeout_zero_sleep_zero")
  @Ports("test_timeouts.TimeoutTests.test_timeout_in_the_past_sleep_zero")
  @Test
  void shouldThrowAtTheFirstSuspensionWhenZeroOrNegative() {
    VirtualLoop.run(
        () -> {
          for (Duration timeout :
              List.of(Duration.ZERO, Duration.ofSeconds(-11), Duration.ofSeconds(Long.MIN_VALUE))) {
            Order order = new Order();
            DeadlineExceededException late =
                exceeded(
                    timeout,
                    () -> {
                      order.step(1);
                      sleep(Duration.ZERO);
                      order.step(99);
                    });
            order.end(1);
            assertThat(late.timeout()).isEqualTo(timeout);
            assertThat(late.awaiting()).isEqualTo("nothing");
          }
          assertThat(now()).isZero();
        });
  }

  @Ports(
      value = "test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done",
      differs = "in a cancelled scope every awaitable call throws, also where it need not wait")
  @Test
  void shouldGiveTheValueWhenZeroAndTheBodyNeverSuspends() {
    VirtualLoop.run(
        () -> {
          int value = withTimeout(Duration.ZERO, () -> 42);
          assertThat(value).isEqualTo(42);
          Deferred<Integer> done = new Deferred<>();
          done.complete(1);
          assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> await(done)))
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  @Test
  void shouldSayNothingWasAwaitedWhenSetAfterAYield() {
    VirtualLoop.run(
        () -> {
          yieldNow();
          assertThat(exceeded(Duration.ZERO, () -> yieldNow()).awaiting()).isEqualTo("nothing");
        });
  }

  @Test
  void shouldNeverFireWhenHuge() {
    VirtualLoop.run(
        () -> {
          for (Duration timeout :
              List.of(Duration.ofDays(36500), Duration.ofSeconds(Long.MAX_VALUE))) {
            int value =
                withTimeout(
                    timeout,
                    () -> {
                      sleep(Duration.ofDays(100));
                      return 1;
                    });
            assertThat(value).isEqualTo(1);
          }
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_foreign_exception_passed")
  @Test
  void shouldPassTheBodysFailureWhenInTime() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(10),
                          () -> {
                            throw failure;
                          }))
              .isSameAs(failure);
          assertThat(failure.getSuppressed()).isEmpty();
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_foreign_exception_on_timeout")
  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation")
  @Test
  void shouldPreferTheCleanUpsFailureAndKeepTheDeadlineWithIt() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          assertThatThrownBy(
                  () ->
                      withTimeout(
                          ms(10),
                          () -> {
                            try {
                              sleepForever();
                            } catch (Cancelled cancelled) {
                              throw failure;
                            }
                          }))
              .isSameAs(failure);
          assertThat(failure.getSuppressed())
              .singleElement()
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  @Test
  void shouldKeepWhatAClosingResourceThrewWhenTheTimeRunsOut() {
    VirtualLoop.run(
        () -> {
          DeadlineExceededException late =
              exceeded(
                  ms(10),
                  () -> {
                    try (AutoCloseable resource =
                        () -> {
                          throw new IOException("close");
                        }) {
                      assertThat(resource).isNotNull();
                      sleepForever();
                    }
                  });
          assertThat(late)
              .cause()
              .isInstanceOfSatisfying(
                  Cancelled.class,
                  cancelled ->
                      assertThat(cancelled.getSuppressed())
                          .singleElement()
                          .isInstanceOf(IOException.class));
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired")
  @Test
  void shouldStayACancellationWhenTheTaskIsCancelledInTime() {
    VirtualLoop.run(
        () -> {
          Task<?> task =
              spawn(
                  () ->
                      withTimeout(
                          Duration.ofSeconds(10),
                          () -> {
                            Task.require("test").cancel();
                            sleepForever();
                          }));
          assertThatThrownBy(() -> await(task)).isInstanceOf(CancellationException.class);
          assertThat(now()).isZero();
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_outer_task_is_not_cancelled")
  @Test
  void shouldNotCancelTheTask() {
    VirtualLoop.run(
        () -> {
          Task<?> task =
              spawn(
                  () -> {
                    assertThat(exceeded(ms(1), () -> sleepForever())).isNotNull();
                    yieldNow();
                  });
          await(task);
          assertThat(task.isCancelled()).isFalse();
        });
  }

  @Ports(
      value = "test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy",
      differs = "the outer timeout wins, as its deadline has passed, too")
  @Ports(
      value = "test_timeouts.TimeoutTests.test_nested_timeouts_concurrent",
      differs = "the outer timeout wins, as its deadline has passed, too")
  @Test
  void shouldConvertAtTheOuterWhenBothWereMissedWhileTheLoopWasBusy() {
    VirtualClock clock = new VirtualClock();
    Loop.builder()
        .clock(clock)
        .run(
            () -> {
              Order order = new Order();
              DeadlineExceededException outer =
                  exceeded(
                      ms(100),
                      () -> {
                        try {
                          withTimeout(
                              ms(10),
                              () -> {
                                clock.advance(ms(100));
                                sleep(Duration.ofSeconds(1));
                              });
                        } catch (DeadlineExceededException inner) {
                          order.step(99);
                        }
                        order.step(98);
                      });
              order.end(0);
              assertThat(outer.timeout()).isEqualTo(ms(100));
              assertThat(now()).isEqualTo(100);

              // Only the inner one missed: it converts, and the outer one ends what comes after.
              outer =
                  exceeded(
                      ms(100),
                      () -> {
                        assertThat(
                                exceeded(
                                    ms(10),
                                    () -> {
                                      clock.advance(ms(50));
                                      sleep(Duration.ofSeconds(1));
                                    }))
                            .isNotNull();
                        order.step(1);
                        sleep(Duration.ofSeconds(10));
                      });
              order.end(1);
              assertThat(outer.timeout()).isEqualTo(ms(100));
              assertThat(now()).isEqualTo(200);
            });
  }

  @Ports(
      value = "test_timeouts.TimeoutTests.test_nested_timeout_in_finally",
      differs =
          "a timeout inside a cancelled stretch is itself cancelled: clean-up that awaits is shielded")
  @Test
  void shouldTimeOutInsideShieldedCleanUp() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          DeadlineExceededException late =
              exceeded(
                  ms(10),
                  () -> {
                    try {
                      sleepForever();
                    } finally {
                      Treadle.shield(
                          () -> {
                            assertThat(exceeded(ms(15), () -> sleepForever()).timeout())
                                .isEqualTo(ms(15));
                            order.step(1);
                          });
                    }
                  });
          order.end(1);
          assertThat(late.timeout()).isEqualTo(ms(10));
          assertThat(now()).isEqualTo(25);
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_timeout_after_cancellation")
  // The prior cancellation is not eaten by a timeout that has run out too
  @Test
  void shouldLetAPriorCancellationWin() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Task<?> task =
              spawn(
                  () -> {
                    try {
                      Task.require("test").cancel();
                      sleepForever();
                    } catch (Cancelled swallowed) {
                      order.step(1);
                    }
                    assertThatThrownBy(() -> withTimeout(Duration.ZERO, () -> sleepForever()))
                        .isInstanceOf(Cancelled.class);
                    order.step(2);
                    yieldNow();
                    order.step(99);
                  });
          assertThatThrownBy(() -> await(task)).isInstanceOf(CancellationException.class);
          order.end(2);
        });
  }

  @Ports("test_timeouts.TimeoutTests.test_cancel_in_timeout_after_cancellation")
  @Test
  void shouldStayACancellationWhenTheTaskIsCancelledAgainInside() {
    VirtualLoop.run(
        () -> {
          Task<?> task =
              spawn(
                  () -> {
                    try {
                      Task.require("test").cancel();
                      sleepForever();
                    } catch (Cancelled swallowed) {
                      assertThat(currentTask()).isNotNull();
                    } finally {
                      assertThatThrownBy(
                              () ->
                                  withTimeout(
                                      ms(1000),
                                      () -> {
                                        Task.require("test").cancel();
                                        sleep(Duration.ofSeconds(2));
                                      }))
                          .isInstanceOf(Cancelled.class);
                    }
                  });
          await(task);
          assertThat(task.isCancelled()).as("it swallowed the cancellation and ended").isFalse();
        });
  }

  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_cancel_suppressed")
  @Ports("test_waitfor.AsyncioWaitForTest.test_wait_for_cancellation_race_condition")
  @Test
  void shouldGiveTheValueWhenTheBodySwallowsTheCancellation() {
    VirtualLoop.run(
        () -> {
          int value =
              withTimeout(
                  ms(100),
                  () -> {
                    try {
                      sleepForever();
                      return 0;
                    } catch (Cancelled swallowed) {
                      return 42;
                    }
                  });
          assertThat(value).isEqualTo(42);
          yieldNow();
        });
  }

  @Test
  void shouldMoveOnWhenTheTimeRunsOut() {
    VirtualLoop.run(
        () -> {
          assertThat(moveOnAfter(ms(10), () -> sleepForever())).isFalse();
          assertThat(now()).isEqualTo(10);
          assertThat(moveOnAfter(ms(10), () -> sleepMs(5))).isTrue();
          assertThat(moveOnAfter(ms(10), () -> "value")).contains("value");
          assertThat(
                  TimeoutTest.<String>moveOn(
                      () -> {
                        sleepForever();
                        return "late";
                      }))
              .isNull();
          assertThat(now()).isEqualTo(25);
        });
  }

  private static <T> @Nullable T moveOn(Block<T, RuntimeException> body) {
    return moveOnAfter(ms(10), body).orElse(null);
  }

  @Test
  void shouldRefuseWhenOutsideATask() {
    assertThatThrownBy(() -> withTimeout(ms(10), () -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("withTimeout() outside a task: thread=");
  }

  @Test
  void shouldNameWhatWasAwaited() {
    VirtualLoop.run(
        () -> {
          Task<?> slow = spawn("slow", () -> sleepMs(100));
          assertThat(exceeded(ms(10), () -> await(slow)).awaiting()).isEqualTo("await task 'slow'");
          assertThat(
                  exceeded(
                          ms(10),
                          () ->
                              Treadle.group(
                                  "crew",
                                  g -> {
                                    g.spawn(() -> sleepMs(50));
                                    return 1;
                                  }))
                      .awaiting())
              .isEqualTo("end of TaskGroup[crew children=1]");
          await(slow);
        });
  }
}
