package dev.treadle.sync;

import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.CancelScope;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AsyncEventTest {
  @Ports("test_locks.EventTests.test_repr")
  @Ports("test_locks.EventTests.test_wait")
  @Ports("test_locks.EventTests.test_wait_on_set")
  @Test
  void shouldLetAllGoOnWhenSet() {
    Virtually.run(
        () -> {
          AsyncEvent event = new AsyncEvent();
          List<Integer> passed = new ArrayList<>();
          for (int n = 1; n <= 3; n++) {
            int number = n;
            spawn(
                () -> {
                  event.await();
                  passed.add(number);
                });
          }
          yieldNow();
          assertThat(event).hasToString("AsyncEvent[unset waiters=3]");
          assertThat(event.statistics()).isEqualTo(new AsyncEvent.Statistics(false, 3));
          event.set();
          assertThat(passed).isEmpty();
          yieldNow();
          assertThat(passed).containsExactly(1, 2, 3);
          assertThat(event.isSet()).isTrue();
          assertThat(event).hasToString("AsyncEvent[set waiters=0]");
          event.await();
        });
  }

  @Ports("test_locks.EventTests.test_clear")
  @Ports("test_locks.EventTests.test_clear_with_waiters")
  @Test
  void shouldLetThoseGoOnThatWaitedWhenClearedAtOnce() {
    Virtually.run(
        () -> {
          AsyncEvent event = new AsyncEvent();
          Task<?> before = spawn(event::await);
          yieldNow();
          event.set();
          event.clear();
          Task<?> after = spawn(event::await);
          turns(2);
          assertThat(before.isDone()).isTrue();
          assertThat(event.isSet()).isFalse();
          assertThat(after.isDone()).isFalse();
          event.set();
          yieldNow();
          assertThat(after.isDone()).isTrue();
        });
  }

  @Ports("test_locks.EventTests.test_wait_cancel")
  @Test
  void shouldLeaveTheQueueWhenCancelled() {
    Virtually.run(
        () -> {
          AsyncEvent event = new AsyncEvent();
          assertThat(moveOnAfter(Duration.ofSeconds(1), () -> event.await())).isFalse();
          assertThat(event.statistics().waiters()).isZero();
          event.set();
          CancelScope scope = new CancelScope();
          scope.cancel();
          scope.run(() -> event.await());
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }
}
