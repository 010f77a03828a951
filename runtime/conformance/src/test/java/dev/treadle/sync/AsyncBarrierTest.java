package dev.treadle.sync;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsyncBarrierTest {
  private static final int N = 5;

  private final List<Object> events = new ArrayList<>();

  private List<Task<?>> come(AsyncBarrier barrier, int tasks) {
    List<Task<?>> all = new ArrayList<>();
    for (int n = tasks; n > 0; n--) {
      all.add(
          spawn(
              () -> {
                try {
                  events.add(barrier.await());
                } catch (BarrierBrokenException broken) {
                  events.add("broken");
                }
              }));
    }
    yieldNow();
    return all;
  }

  @Ports("test_locks.BarrierTests.test_barrier")
  @Ports("test_locks.BarrierTests.test_repr")
  @Ports("test_locks.BarrierTests.test_filling_task_by_task")
  @Ports("test_locks.BarrierTests.test_filling_tasks_check_return_value")
  @Test
  void shouldLetAllGoOnWithTheirPlacesWhenTheLastComes() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(N);
          assertThat(barrier).hasToString("AsyncBarrier[waiters=0/5]");
          come(barrier, N - 1);
          turns(3);
          assertThat(events).isEmpty();
          assertThat(barrier.waiting()).isEqualTo(N - 1);
          assertThat(barrier.statistics()).isEqualTo(new AsyncBarrier.Statistics(N, 4, false));
          assertThat(barrier.await()).isEqualTo(N - 1);
          assertThat(barrier.waiting()).isZero();
          turns(2);
          assertThat(events).containsExactly(0, 1, 2, 3);
        });
  }

  @Ports("test_locks.BarrierTests.test_barrier_parties")
  @Ports("test_locks.BarrierTests.test_filling_one_task")
  @Ports("test_locks.BarrierTests.test_filling_one_task_twice")
  @Test
  void shouldNotWaitWhenOnePartyIsEnough() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(1);
          assertThat(barrier.parties()).isEqualTo(1);
          assertThat(barrier.await()).isZero();
          assertThat(barrier.await()).isZero();
          assertThatIllegalArgumentException()
              .isThrownBy(() -> new AsyncBarrier(0))
              .withMessage("parties must be positive: parties=0; give the number of tasks to come");
        });
  }

  @Ports("test_locks.BarrierTests.test_filling_tasks_wait_twice")
  @Ports(
      value = "test_locks.BarrierTests.test_blocking_tasks_while_draining",
      differs = "there is no draining: who comes early belongs to the next round")
  @Test
  void shouldBeginANewRoundWhenTheLastHasCome() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(2);
          come(barrier, 3);
          turns(2);
          assertThat(events).containsExactlyInAnyOrder(0, 1);
          assertThat(barrier.waiting()).isEqualTo(1);
          assertThat(barrier.await()).isEqualTo(1);
          turns(2);
          assertThat(events).containsExactlyInAnyOrder(0, 1, 0);
        });
  }

  @Ports("test_locks.BarrierTests.test_filling_tasks_cancel_one")
  @Test
  void shouldOnlyLeaveWhenCancelled() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(3);
          List<Task<?>> tasks = come(barrier, 2);
          tasks.get(0).cancel();
          yieldNow();
          assertThat(barrier.waiting()).isEqualTo(1);
          assertThat(barrier.isBroken()).isFalse();
          assertThat(moveOnAfter(Duration.ofSeconds(1), () -> barrier.await()).isPresent())
              .isFalse();
          come(barrier, 2);
          turns(2);
          assertThat(events).containsExactlyInAnyOrder(0, 1, 2);
        });
  }

  @Ports("test_locks.BarrierTests.test_reset_barrier")
  @Ports("test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting")
  @Ports("test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again")
  @Test
  void shouldFailThoseWhoWaitWhenReset() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(3);
          barrier.reset();
          come(barrier, 2);
          barrier.reset();
          assertThat(barrier.isBroken()).isFalse();
          assertThat(barrier.waiting()).isZero();
          turns(2);
          assertThat(events).containsExactly("broken", "broken");
          events.clear();
          come(barrier, 3);
          turns(2);
          assertThat(events).containsExactlyInAnyOrder(0, 1, 2);
        });
  }

  @Ports(
      value = "test_locks.BarrierTests.test_draining_state",
      differs = "there is no draining: a round that has come together is over, and is not undone")
  @Ports(
      value = "test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining",
      differs = "there is no draining: a round that has come together is over, and is not undone")
  @Test
  void shouldTakeNothingBackWhenResetOrCancelledAfterTheLastCame() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(3);
          List<Task<?>> tasks = come(barrier, 2);
          barrier.await();
          barrier.reset();
          barrier.abort();
          tasks.get(0).cancel();
          turns(2);
          assertThat(events).containsExactly(0, 1);
          assertThat(tasks.get(0).isCancelled()).isFalse();
        });
  }

  @Ports("test_locks.BarrierTests.test_abort_barrier")
  @Ports("test_locks.BarrierTests.test_abort_barrier_when_exception")
  @Ports("test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting")
  @Test
  void shouldFailAllUntilResetWhenAborted() {
    Virtually.run(
        () -> {
          AsyncBarrier barrier = new AsyncBarrier(3);
          Task<?> waiter = spawn(barrier::await);
          yieldNow();
          barrier.abort();
          assertThat(barrier.isBroken()).isTrue();
          assertThat(barrier).hasToString("AsyncBarrier[broken waiters=0/3]");
          assertThatExceptionOfType(BarrierBrokenException.class)
              .isThrownBy(() -> await(waiter))
              .withMessage(
                  "await() failed: barrier=AsyncBarrier[broken waiters=0/3] was aborted; reset it,"
                      + " or end what uses it");
          assertThatExceptionOfType(BarrierBrokenException.class).isThrownBy(barrier::await);
          barrier.reset();
          assertThat(barrier.isBroken()).isFalse();
          come(barrier, 3);
          turns(2);
          assertThat(events).containsExactlyInAnyOrder(0, 1, 2);
        });
  }
}
