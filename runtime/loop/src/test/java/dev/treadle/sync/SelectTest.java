package dev.treadle.sync;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onTimeout;
import static dev.treadle.Treadle.select;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.Task;
import dev.treadle.Virtually;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The primitives as clauses of a select. */
class SelectTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void shouldRunTheBodyWithTheLockAndReleaseIt() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          Boolean held =
              select(lock.onAcquire(() -> lock.isLocked()), onTimeout(SECOND, () -> false));
          assertThat(held).isTrue();
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  void shouldGetTheLockInItsTurnAndNotWhenTheTimeIsUp() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.acquire();
          Task<@Nullable Void> late =
              spawn(
                  () -> {
                    String won =
                        select(lock.onAcquire(() -> "lock"), onTimeout(SECOND, () -> "time"));
                    assertThat(won).isEqualTo("time");
                  });
          Task<String> patient =
              spawn(
                  () ->
                      select(
                          lock.onAcquire(() -> "lock of " + lock.owner()),
                          onTimeout(SECOND.multipliedBy(9), () -> "time")));
          await(late);
          assertThat(lock.statistics().waiters()).isOne();
          lock.release();
          assertThat(lock.owner()).isSameAs(patient);
          assertThat(await(patient)).contains("lock of Task[task-");
          assertThat(lock.isLocked()).isFalse();
        });
  }

  @Test
  void shouldRefuseAClauseWhenTheTaskHasTheLock() {
    Virtually.run(
        () -> {
          AsyncLock lock = new AsyncLock();
          lock.run(
              () ->
                  assertThatThrownBy(() -> lock.onAcquire(() -> {}))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageStartingWith("onAcquire() by the task that has it: lock="));
        });
  }

  @Test
  void shouldReleaseThePermitWhenTheBodyFails() {
    Virtually.run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(0);
          Task<@Nullable Void> task =
              spawn(
                  () -> {
                    select(
                        semaphore.onAcquire(
                            () -> {
                              assertThat(semaphore.availablePermits()).isZero();
                              throw new IllegalStateException("in the body");
                            }));
                  });
          turns(2);
          semaphore.release();
          assertThatThrownBy(() -> await(task)).hasMessage("in the body");
          assertThat(semaphore.availablePermits()).isOne();
        });
  }

  @Test
  void shouldWinWhenTheEventIsSet() {
    Virtually.run(
        () -> {
          AsyncEvent stop = new AsyncEvent();
          AsyncSemaphore never = new AsyncSemaphore(0);
          Task<String> task =
              spawn(() -> select(never.onAcquire(() -> "permit"), stop.onSet(() -> "stop")));
          turns(2);
          stop.set();
          assertThat(await(task)).isEqualTo("stop");
          assertThat(never.statistics().waiters()).isZero();
          StringBuilder seen = new StringBuilder();
          select(
              stop.onSet(
                  () -> {
                    seen.append("still set");
                  }));
          assertThat(seen.toString()).isEqualTo("still set");
        });
  }
}
