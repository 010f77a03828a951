package dev.treadle.offload.memory;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tasks that wait for a lock between processes, on a loop that is guarded against blocking. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "POSIX semaphores as Linux has them")
class SharedLockLoopTest {
  private SharedLock lock;

  @BeforeEach
  void create() {
    lock = SharedLock.create();
  }

  @AfterEach
  void close() {
    lock.close();
  }

  private Task<?> waiting() {
    return spawn("waiting", () -> lock.acquire().close());
  }

  @TreadleTest
  void shouldSuspendTheTaskAndNotTheLoop() {
    Permit held = lock.acquire();
    Task<?> waiting = waiting();
    for (int i = 0; i < 100; i++) {
      yieldNow();
    }
    assertThat(waiting.isDone()).isFalse();
    held.close();
    await(waiting);
    assertThat(lock.tryAcquire()).isNotNull();
  }

  @TreadleTest
  void shouldGetItWhenAnotherProcessDies() throws Exception {
    onThread(
        () -> {
          try (Child child = Child.java("hold-lock", lock.name())) {
            child.await("held");
            child.kill();
            assertThat(lock.holder()).hasValue(child.pid());
          }
        });
    try (Permit held = lock.acquire()) {
      assertThat(held.deadHolder()).isPresent();
    }
  }

  @TreadleTest
  void shouldServeTasksInTheOrderInWhichTheyAsked() {
    List<Integer> order = new ArrayList<>();
    Permit held = lock.acquire();
    group(
        g -> {
          for (int i = 0; i < 10; i++) {
            int number = i;
            g.spawn(
                () -> {
                  try (var _ = lock.acquire()) {
                    order.add(number);
                  }
                });
          }
          yieldNow();
          held.close();
        });
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @TreadleTest
  void shouldLoseNoLockWhenCancelledAsItIsGiven() {
    for (int round = 0; round < 300; round++) {
      Permit held = lock.acquire();
      Task<?> first = waiting();
      Task<?> second = waiting();
      yieldNow();
      if (round % 2 == 0) {
        held.close();
      }
      for (int i = 0; i < round % 7; i++) {
        yieldNow();
      }
      first.cancel();
      held.close();
      await(second);
    }
    assertThat(lock.acquire().toString()).isEqualTo("Permit[" + lock.name() + "]");
  }

  @TreadleTest
  void shouldNotTakeItWhenTheTaskIsCancelledAlready() {
    Task<?> late =
        spawn(
            () -> {
              Task<?> self = currentTask();
              if (self != null) {
                self.cancel();
              }
              lock.acquire();
            });
    yieldNow();
    assertThat(late.isCancelled()).isTrue();
    assertThat(lock.holder()).isEmpty();
  }

  @TreadleTest
  void shouldNotNeedAThreadForEachThatWaits(Loop loop) {
    Permit held = lock.acquire();
    List<Task<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      waiting.add(waiting());
    }
    yieldNow();
    // What the holder has to do before it gives the lock back still finds a thread.
    assertThat(onThread(() -> 42)).isEqualTo(42);
    assertThat(loop.tasks()).hasSizeGreaterThan(500);
    held.close();
    waiting.forEach(task -> await(task));
    assertThat(lock.holder()).isEmpty();
  }

  @TreadleTest
  void shouldGiveUpWhenTheTimeIsOver() {
    Permit held = lock.acquire();
    assertThat(lock.tryAcquire()).isNull();
    assertThat(lock.tryAcquire(Duration.ZERO)).isNull();
    assertThat(lock.tryAcquire(Duration.ofMillis(5))).isNull();
    held.close();
    assertThat(lock.tryAcquire(Duration.ofMinutes(5))).isNotNull();
  }

  @TreadleTest
  void shouldEndTheWaitWhenClosed() {
    SharedLock opened = onThread(() -> SharedLock.open(lock.name()));
    lock.acquire();
    Task<Permit> waiting = spawn(opened::acquire);
    yieldNow();
    onThread(opened::close);
    assertThatThrownBy(() -> await(waiting))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a shared lock that is closed: name=" + lock.name());
  }
}
