package dev.treadle.sync;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class AsyncLockTest {
  @Ports("test_locks.LockTests.test_repr")
  @Ports("test_locks.LockTests.test_lock")
  @Test
  void shouldShowHolderAndWaitersWhenPrinted() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          assertThat(lock).hasToString("AsyncLock[free]");
          assertThat(lock.isLocked()).isFalse();
          assertThat(lock.statistics()).isEqualTo(new AsyncLock.Statistics(null, 0));
          lock.acquire();
          Task<?> waiter = spawn("waiter", lock::acquire);
          yieldNow();
          assertThat(lock).hasToString("AsyncLock[held by task 'main' waiters=1]");
          assertThat(lock.isLocked()).isTrue();
          assertThat(lock.owner()).isSameAs(currentTask());
          assertThat(lock.statistics()).isEqualTo(new AsyncLock.Statistics(currentTask(), 1));
          assertThat(waiter).hasToString("Task[waiter suspended on acquire " + lock + "]");
          lock.release();
          await(waiter);
        });
  }

  @Ports("test_locks.LockTests.test_acquire")
  @Ports("trio.test_sync.test_Lock_and_StrictFIFOLock")
  @Test
  void shouldServeInOrderWhenSeveralWait() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          List<Integer> got = new ArrayList<>();
          lock.acquire();
          for (int n = 1; n <= 3; n++) {
            int number = n;
            spawn(
                () ->
                    lock.run(
                        () -> {
                          got.add(number);
                          turns(2);
                        }));
          }
          turns(2);
          assertThat(got).isEmpty();
          lock.release();
          // It has been handed over: a barging task does not get it.
          assertThat(lock.tryAcquire()).isFalse();
          assertThat(lock.owner()).isNotNull().isNotSameAs(currentTask());
          lock.acquire();
          assertThat(got).containsExactly(1, 2, 3);
          lock.release();
          assertThat(lock.isLocked()).isFalse();
          assertThat(lock.tryAcquire()).isTrue();
        });
  }

  @Ports("test_locks.LockTests.test_acquire_cancel")
  @Test
  void shouldLeaveTheQueueWhenCancelled() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.acquire();
          Task<?> waiter = spawn(lock::acquire);
          yieldNow();
          waiter.cancel();
          yieldNow();
          assertThat(waiter.isCancelled()).isTrue();
          assertThat(lock.statistics().waiters()).isZero();
          assertThat(lock.owner()).isSameAs(currentTask());
        });
  }

  @Ports("test_locks.LockTests.test_cancel_race")
  @Test
  void shouldPassOverACancelledWaiterWhenReleasedInTheSameTurn() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.acquire();
          Task<?> first = spawn(() -> lock.run(() -> yieldNow()));
          Task<?> second = spawn(() -> lock.run(() -> yieldNow()));
          yieldNow();
          first.cancel();
          lock.release();
          turns(3);
          assertThat(first.isCancelled()).isTrue();
          assertThat(second.isDone()).isTrue();
          assertThat(second.isCancelled()).isFalse();
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Ports("test_locks.LockTests.test_cancel_release_race")
  @Test
  void shouldGrantOnceWhenReleasedAsAWaiterIsCancelled() {
    for (boolean cancelFirst : new boolean[] {true, false}) {
      Virtually.run(
          () -> {
            AsyncLock lock = new AsyncLock();
            List<Integer> got = new ArrayList<>();
            List<Task<?>> tasks = new ArrayList<>();
            lock.acquire();
            for (int n = 1; n <= 3; n++) {
              int number = n;
              tasks.add(
                  spawn(
                      () -> {
                        lock.acquire();
                        got.add(number);
                        turns(3);
                      }));
            }
            yieldNow();
            if (cancelFirst) {
              tasks.get(0).cancel();
              lock.release();
            } else {
              lock.release();
              tasks.get(0).cancel();
            }
            turns(2);
            assertThat(tasks.get(0).isCancelled()).isTrue();
            // Whose wake-up was under way has got it, and keeps it: it is not given to a second.
            assertThat(got).containsExactly(cancelFirst ? 2 : 1);
            assertThat(lock.isLocked()).isTrue();
            tasks.get(1).cancel();
            tasks.get(2).cancel();
          });
    }
  }

  @Ports("test_locks.LockTests.test_finished_waiter_cancelled")
  @Test
  void shouldServeWhoHasYetToComeWhenTheOnlyWaiterIsCancelled() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.acquire();
          Task<?> waits = spawn(lock::acquire);
          yieldNow();
          Task<?> comes = spawn(lock::acquire);
          waits.cancel();
          lock.release();
          turns(2);
          assertThat(waits.isCancelled()).isTrue();
          assertThat(comes.isDone()).isTrue();
          assertThat(lock.owner()).isSameAs(comes);
        });
  }

  @Test
  void shouldHoldTheLockWhenCancelledAfterTheHandOver() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          List<String> events = new ArrayList<>();
          lock.acquire();
          Task<?> first =
              spawn(
                  () ->
                      lock.run(
                          () -> {
                            events.add("first has it");
                            yieldNow();
                            events.add("not reached");
                          }));
          Task<?> second = spawn(() -> lock.run(() -> events.add("second has it")));
          yieldNow();
          lock.release();
          first.cancel();
          assertThat(lock.owner()).isSameAs(first);
          await(second);
          assertThat(first.isCancelled()).isTrue();
          assertThat(events).containsExactly("first has it", "second has it");
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Ports("test_locks.LockTests.test_release_not_acquired")
  @Ports("trio.test_sync.test_Lock_and_StrictFIFOLock")
  @Test
  void shouldRefuseAReleaseWhenTheTaskDoesNotHoldIt() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          assertThatIllegalStateException()
              .isThrownBy(lock::release)
              .withMessage(
                  "release() without the lock: lock=AsyncLock[free] task=main; only the task that"
                      + " acquired it may");
          lock.acquire();
          Task<?> other =
              spawn(
                  () ->
                      assertThatIllegalStateException()
                          .isThrownBy(lock::release)
                          .withMessageContaining("held by task 'main'"));
          await(other);
          assertThat(lock.owner()).isSameAs(currentTask());
        });
  }

  @Ports("trio.test_sync.test_Lock_and_StrictFIFOLock")
  @Test
  void shouldRefuseToBeAcquiredTwiceByOneTask() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.acquire();
          assertThatIllegalStateException()
              .isThrownBy(lock::acquire)
              .withMessage(
                  "acquire() by the task that has it: lock=AsyncLock[held by task 'main'"
                      + " waiters=0]; it is not re-entrant");
          assertThatIllegalStateException().isThrownBy(lock::tryAcquire);
          lock.release();
        });
  }

  @Ports("trio.test_sync.test_lock_acquire_unowned_lock")
  @Test
  void shouldNotWaitForATaskThatEndedWithTheLock() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          await(spawn("careless", lock::acquire));
          assertThat(lock.tryAcquire()).isFalse();
          assertThatIllegalStateException()
              .isThrownBy(lock::acquire)
              .withMessageContaining("wait for ever")
              .withMessageContaining("held by task 'careless' (done)");
        });
  }

  @Ports("test_locks.LockTests.test_lock_by_with_statement")
  @Ports("kotlinx.MutexTest.testWithLock")
  @Test
  void shouldReleaseWhenTheBodyEndsInAnyWay() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          assertThat(lock.<Integer, RuntimeException>run(() -> lock.isLocked() ? 1 : 0))
              .isEqualTo(1);
          assertThat(lock.isLocked()).isFalse();
          Assertions.assertThatExceptionOfType(IOException.class)
              .isThrownBy(
                  () ->
                      lock.run(
                          () -> {
                            yieldNow();
                            throw new IOException("body's own");
                          }));
          assertThat(lock.isLocked()).isFalse();
          assertThatIllegalStateException().isThrownBy(() -> lock.run(() -> lock.release()));
        });
  }

  @Test
  void shouldKeepTheBodysFailureWhenItHasReleasedAlready() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          Assertions.assertThatExceptionOfType(IOException.class)
              .isThrownBy(
                  () ->
                      lock.run(
                          () -> {
                            lock.release();
                            throw new IOException("body's own");
                          }));
        });
  }

  @Test
  void shouldThrowEvenIfFreeWhenTheScopeIsCancelled() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(() -> lock.acquire());
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(lock.isLocked()).isFalse();
          lock.acquire();
          Task<?> late = spawn(() -> moveOnAfter(Duration.ofSeconds(1), () -> lock.acquire()));
          await(late);
          assertThat(lock.statistics().waiters()).isZero();
        });
  }

  @Test
  void shouldRefuseOtherThreadsAndCallbacks() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          AtomicReference<Throwable> thrown = new AtomicReference<>();
          onThread(
              () ->
                  assertThatIllegalStateException()
                      .isThrownBy(lock::tryAcquire)
                      .withMessageStartingWith("tryAcquire() on a wrong thread: thread=")
                      .withMessageEndingWith(
                          " loop=loop; hand it over with Loop.execute(...) or Loop.submit(...)"));
          Loop.current()
              .callSoon(
                  () -> {
                    try {
                      lock.acquire();
                    } catch (IllegalStateException e) {
                      thrown.set(e);
                    }
                  });
          turns(2);
          assertThat(thrown.get()).hasMessageStartingWith("acquire() in a callback of the loop");
          assertThat(lock.isLocked()).isFalse();
        });
    assertThatIllegalStateException().isThrownBy(AsyncLock::new);
  }
}
