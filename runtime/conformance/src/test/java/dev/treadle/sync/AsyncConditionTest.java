package dev.treadle.sync;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Action;
import dev.treadle.CancelScope;
import dev.treadle.Cancelled;
import dev.treadle.DeadlineExceededException;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsyncConditionTest {
  private final List<Object> events = new ArrayList<>();
  private int stock;

  private Task<?> waiter(AsyncCondition condition, Object event) {
    return spawn(
        () ->
            condition
                .lock()
                .run(
                    () -> {
                      condition.await();
                      events.add(event);
                    }));
  }

  @Ports("test_locks.ConditionTests.test_wait")
  @Ports("test_locks.ConditionTests.test_notify")
  @Ports("test_locks.ConditionTests.test_notify_all")
  @Test
  void shouldWakeAsManyAsSignalledInOrder() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          for (int n = 1; n <= 6; n++) {
            waiter(condition, n);
          }
          yieldNow();
          condition.lock().run(() -> condition.signal());
          turns(8);
          assertThat(events).containsExactly(1);
          condition.lock().run(() -> condition.signal(2));
          turns(8);
          assertThat(events).containsExactly(1, 2, 3);
          condition
              .lock()
              .run(
                  () -> {
                    condition.signalAll();
                    turns(3);
                    // They have no lock yet.
                    assertThat(events).containsExactly(1, 2, 3);
                  });
          turns(8);
          assertThat(events).containsExactly(1, 2, 3, 4, 5, 6);
          condition.lock().run(() -> condition.signal(5));
          assertThat(condition.lock().isLocked()).isFalse();
        });
  }

  @Ports("test_locks.ConditionTests.test_wait_for")
  @Test
  void shouldWaitUntilThePredicateHolds() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          Task<?> buyer =
              spawn(() -> condition.lock().run(() -> condition.awaitUntil(() -> stock >= 2)));
          yieldNow();
          for (int n = 1; n <= 2; n++) {
            assertThat(buyer.isDone()).isFalse();
            condition
                .lock()
                .run(
                    () -> {
                      stock++;
                      condition.signal();
                    });
            turns(3);
          }
          assertThat(buyer.isDone()).isTrue();
          condition.lock().run(() -> condition.awaitUntil(() -> true));
        });
  }

  @Ports("test_locks.ConditionTests.test_wait_unacquired")
  @Ports(
      value = "test_locks.ConditionTests.test_wait_for_unacquired",
      differs = "the lock is needed also where the predicate holds already")
  @Ports("test_locks.ConditionTests.test_notify_unacquired")
  @Ports("test_locks.ConditionTests.test_notify_all_unacquired")
  @Test
  void shouldRefuseWithoutTheLock() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          assertThatIllegalStateException()
              .isThrownBy(condition::await)
              .withMessageStartingWith("await() without the lock: lock=AsyncLock[free] task=main");
          assertThatIllegalStateException()
              .isThrownBy(() -> condition.awaitUntil(() -> true))
              .withMessageStartingWith("awaitUntil() without the lock");
          assertThatIllegalStateException()
              .isThrownBy(condition::signal)
              .withMessageStartingWith("signal() without the lock");
          assertThatIllegalStateException()
              .isThrownBy(condition::signalAll)
              .withMessageStartingWith("signalAll() without the lock");
        });
  }

  @Ports("test_locks.ConditionTests.test_repr")
  @Ports("test_locks.ConditionTests.test_explicit_lock")
  @Test
  void shouldShareALockWhenGivenOne() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          AsyncCondition condition = new AsyncCondition(lock);
          assertThat(condition.lock()).isSameAs(lock);
          Task<?> waiter = waiter(condition, "woken");
          yieldNow();
          assertThat(condition).hasToString("AsyncCondition[waiters=1 AsyncLock[free]]");
          assertThat(waiter.toString()).endsWith("suspended on await " + condition + "]");
          assertThat(condition.statistics())
              .isEqualTo(new AsyncCondition.Statistics(1, new AsyncLock.Statistics(null, 0)));
          lock.run(() -> condition.signal());
          await(waiter);
        });
  }

  @Ports("test_locks.ConditionTests.test_wait_cancel")
  @Ports("test_locks.ConditionTests.test_wait_cancel_contested")
  @Ports("test_locks.ConditionTests.test_timeout_in_block")
  @Test
  void shouldHaveTheLockAgainWhenCancelledThatIs() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          AsyncLock lock = condition.lock();
          Task<?> waiter =
              spawn(
                  () ->
                      lock.run(
                          () -> {
                            try {
                              condition.await();
                            } catch (Cancelled cancelled) {
                              events.add(lock.owner() == currentTask());
                              throw cancelled;
                            }
                          }));
          yieldNow();
          lock.acquire();
          waiter.cancel();
          turns(3);
          // Cancelled, but the lock is ours.
          assertThat(waiter.isDone()).isFalse();
          assertThat(lock.statistics().waiters()).isEqualTo(1);
          lock.release();
          turns(2);
          assertThat(waiter.isCancelled()).isTrue();
          assertThat(events).containsExactly(true);
          assertThat(lock.isLocked()).isFalse();

          lock.run(
              () -> {
                assertThatExceptionOfType(DeadlineExceededException.class)
                    .isThrownBy(() -> withTimeout(Duration.ofSeconds(1), condition::await));
                assertThat(lock.owner()).isSameAs(currentTask());
              });
        });
  }

  @Test
  void shouldKeepTheLockWhenCancelledFromTheStart() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          condition
              .lock()
              .run(
                  () -> {
                    List<Action<RuntimeException>> calls =
                        List.of(condition::await, () -> condition.awaitUntil(() -> true));
                    for (Action<RuntimeException> call : calls) {
                      CancelScope scope = new CancelScope();
                      scope.cancel();
                      scope.run(call);
                      assertThat(scope.cancelledCaught()).isTrue();
                      assertThat(condition.lock().owner()).isSameAs(currentTask());
                    }
                  });
        });
  }

  @Ports("test_locks.ConditionTests.test_wait_cancel_after_notify")
  @Ports("test_locks.ConditionTests.test_cancelled_wakeup_relock")
  @Test
  void shouldPassTheSignalOnWhenCancelledWhileItWaitsForTheLock() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          Task<?> first = waiter(condition, "first");
          Task<?> second = waiter(condition, "second");
          yieldNow();
          condition
              .lock()
              .run(
                  () -> {
                    condition.signal();
                    // The first waits for the lock now.
                    turns(2);
                    first.cancel();
                    turns(2);
                    assertThat(first.isDone()).isFalse();
                  });
          await(second);
          assertThat(first.isCancelled()).isTrue();
          assertThat(events).containsExactly("second");
          assertThat(condition.lock().isLocked()).isFalse();
        });
  }

  @Ports("test_locks.ConditionTests.test_cancelled_wakeup")
  @Test
  void shouldPassTheSignalOnWhenCancelledInTheSameTurn() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          Task<?> first = waiter(condition, "first");
          Task<?> second = waiter(condition, "second");
          yieldNow();
          condition
              .lock()
              .run(
                  () -> {
                    condition.signal();
                    first.cancel();
                  });
          await(second);
          assertThat(first.isCancelled()).isTrue();
          assertThat(events).containsExactly("second");
        });
  }

  @Test
  void shouldNotUseUpASignalWhenCancelledBeforeIt() {
    Virtually.run(
        () -> {
          AsyncCondition condition = new AsyncCondition();
          Task<?> first = waiter(condition, "first");
          Task<?> second = waiter(condition, "second");
          Task<?> third = waiter(condition, "third");
          yieldNow();
          condition
              .lock()
              .run(
                  () -> {
                    first.cancel();
                    condition.signal();
                  });
          await(second);
          assertThat(first.isCancelled()).isTrue();
          turns(4);
          assertThat(third.isDone()).isFalse();
          assertThat(events).containsExactly("second");
          third.cancel();
        });
  }
}
