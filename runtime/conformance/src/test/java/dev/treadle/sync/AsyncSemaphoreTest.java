package dev.treadle.sync;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsyncSemaphoreTest {
  @Ports("test_locks.SemaphoreTests.test_initial_value_zero")
  @Ports("test_locks.SemaphoreTests.test_repr")
  @Ports("test_locks.SemaphoreTests.test_semaphore")
  @Ports("test_locks.SemaphoreTests.test_semaphore_value")
  @Test
  void shouldCountPermits() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(2);
          assertThat(semaphore).hasToString("AsyncSemaphore[2 waiters=0]");
          semaphore.acquire();
          assertThat(semaphore.tryAcquire()).isTrue();
          assertThat(semaphore.tryAcquire()).isFalse();
          Task<?> waiter = spawn("waiter", semaphore::acquire);
          yieldNow();
          assertThat(semaphore).hasToString("AsyncSemaphore[0 waiters=1]");
          assertThat(semaphore.statistics()).isEqualTo(new AsyncSemaphore.Statistics(0, 1));
          assertThat(waiter).hasToString("Task[waiter suspended on acquire " + semaphore + "]");
          semaphore.release();
          await(waiter);
          assertThat(semaphore.availablePermits()).isZero();
          for (int n = 0; n < 5; n++) {
            semaphore.release();
          }
          assertThat(semaphore.availablePermits()).isEqualTo(5);
          assertThat(new AsyncSemaphore(0).tryAcquire()).isFalse();
          assertThatIllegalArgumentException()
              .isThrownBy(() -> new AsyncSemaphore(-1))
              .withMessage("permits must not be negative: permits=-1; start with 0 or more");
        });
  }

  @Ports("test_locks.SemaphoreTests.test_release_not_acquired")
  @Ports("test_locks.SemaphoreTests.test_release_no_waiters")
  @Test
  void shouldRefuseAReleaseAboveItsStartWhenBounded() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = AsyncSemaphore.bounded(1);
          assertThatIllegalStateException()
              .isThrownBy(semaphore::release)
              .withMessage(
                  "release() without an acquire: semaphore=AsyncSemaphore[1/1 waiters=0]; release"
                      + " once for each acquire");
          semaphore.acquire();
          semaphore.release();
          assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire")
  @Ports("test_locks.SemaphoreTests.test_acquire_fifo_order")
  @Test
  void shouldServeInOrderWhenSeveralWait() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(1);
          List<Integer> got = new ArrayList<>();
          semaphore.acquire();
          for (int n = 1; n <= 4; n++) {
            int number = n;
            spawn(() -> semaphore.run(() -> got.add(number)));
          }
          turns(2);
          semaphore.release();
          assertThat(semaphore.tryAcquire()).isFalse();
          semaphore.acquire();
          assertThat(got).containsExactly(1, 2, 3, 4);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire_fifo_order_2")
  @Test
  void shouldPutANewWaiterLastWhenTheFormerHolderComesBack() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(1);
          List<Integer> got = new ArrayList<>();
          Task<?> first =
              spawn(
                  () -> {
                    semaphore.acquire();
                    got.add(1);
                    semaphore.release();
                    yieldNow();
                    semaphore.acquire();
                    got.add(4);
                  });
          for (int n = 2; n <= 3; n++) {
            int number = n;
            spawn(
                () -> {
                  semaphore.acquire();
                  got.add(number);
                });
          }
          turns(2);
          semaphore.release();
          turns(2);
          semaphore.release();
          await(first);
          assertThat(got).containsExactly(1, 2, 3, 4);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire_fifo_order_3")
  @Test
  void shouldServeInOrderWhenTheFirstHasLeft() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          List<Integer> got = new ArrayList<>();
          List<Task<?>> tasks = new ArrayList<>();
          for (int n = 1; n <= 3; n++) {
            int number = n;
            tasks.add(
                spawn(
                    () -> {
                      semaphore.acquire();
                      got.add(number);
                    }));
          }
          yieldNow();
          tasks.get(0).cancel();
          yieldNow();
          semaphore.release();
          semaphore.release();
          turns(2);
          assertThat(got).containsExactly(2, 3);
          assertThat(semaphore.availablePermits()).isZero();
        });
  }

  @Test
  void shouldNotLetANewcomerPassWhenAWaiterHasBeenWoken() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          List<Integer> got = new ArrayList<>();
          Task<?> first = spawn(() -> semaphore.run(() -> got.add(1)));
          yieldNow();
          Task<?> second =
              spawn(
                  () -> {
                    semaphore.release();
                    semaphore.acquire();
                    got.add(2);
                  });
          await(second);
          assertThat(first.isDone()).isTrue();
          assertThat(got).containsExactly(1, 2);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire_cancel")
  @Test
  void shouldLeaveTheQueueWhenCancelled() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          assertThat(moveOnAfter(Duration.ofSeconds(1), () -> semaphore.acquire())).isFalse();
          assertThat(semaphore.statistics().waiters()).isZero();
          semaphore.release();
          assertThat(semaphore.availablePermits()).isEqualTo(1);
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(() -> semaphore.acquire());
          assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire_cancel_before_awoken")
  @Ports("test_locks.SemaphoreTests.test_acquire_hang")
  @Test
  void shouldPassOverCancelledWaitersWhenReleasedInTheSameTurn() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          List<Task<?>> tasks = new ArrayList<>();
          for (int n = 0; n < 4; n++) {
            tasks.add(spawn(semaphore::acquire));
          }
          yieldNow();
          tasks.get(0).cancel();
          tasks.get(1).cancel();
          semaphore.release();
          turns(2);
          assertThat(tasks.stream().map(Task::isCancelled))
              .containsExactly(true, true, false, false);
          assertThat(tasks.stream().map(Task::isDone)).containsExactly(true, true, true, false);
        });
  }

  @Ports("test_locks.SemaphoreTests.test_acquire_no_hang")
  @Test
  void shouldNotHangWhenTheWokenWaiterIsCancelled() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(1);
          semaphore.acquire();
          Task<?> first = spawn(() -> semaphore.run(() -> yieldNow()));
          Task<?> second = spawn(() -> semaphore.run(() -> yieldNow()));
          yieldNow();
          semaphore.release();
          first.cancel();
          await(second);
          assertThat(first.isCancelled()).isTrue();
          assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
  }

  @Ports("kotlinx.SemaphoreTest.withSemaphoreTest")
  @Ports("kotlinx.SemaphoreTest.releaseUnAcquired")
  @Test
  void shouldGiveThePermitBackWhenTheBodyEndsInAnyWay() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = AsyncSemaphore.bounded(1);
          assertThat(semaphore.<Integer, RuntimeException>run(semaphore::availablePermits))
              .isZero();
          assertThatIllegalStateException()
              .isThrownBy(
                  () ->
                      semaphore.run(
                          () -> {
                            throw new IllegalStateException("body's own");
                          }))
              .withMessage("body's own");
          assertThat(semaphore.availablePermits()).isEqualTo(1);
        });
  }

  @Test
  void shouldBeReleasedByACallback() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          Loop.current().callLater(Duration.ofSeconds(3), semaphore::release);
          semaphore.acquire();
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(3));
        });
  }
}
