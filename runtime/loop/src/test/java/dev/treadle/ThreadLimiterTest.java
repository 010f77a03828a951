package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadLimiterTest {
  @Test
  void shouldLeaveTheQueueWhenCancelledWhileWaiting() {
    Virtually.run(
        () -> {
          ThreadLimiter limiter = new ThreadLimiter(1);
          CountDownLatch release = new CountDownLatch(1);
          Task<?> first = spawn(() -> onThread(limiter, () -> release.await()));
          Task<?> second = spawn(() -> onThread(limiter, () -> 1));
          Task<Integer> third = spawn(() -> onThread(limiter, () -> 3));
          yieldNow();
          second.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(second));
          release.countDown();
          await(first);
          assertThat(await(third)).isEqualTo(3);
          assertThat(limiter.statistics().running()).isZero();
        });
  }

  @Test
  void shouldGiveTheTurnBackWhenCancelledInTheTurnInWhichItCame() {
    Virtually.run(
        () -> {
          ThreadLimiter limiter = new ThreadLimiter(1);
          CountDownLatch release = new CountDownLatch(1);
          Task<?> first = spawn(() -> onThread(limiter, () -> release.await()));
          Task<?> second = spawn(() -> onThread(limiter, () -> 2));
          Task<Integer> third = spawn(() -> onThread(limiter, () -> 3));
          yieldNow();
          limiter.setTotal(2);
          second.cancel();
          release.countDown();
          assertThat(await(third)).isEqualTo(3);
          await(first);
          assertThat(second.isCancelled()).isTrue();
          assertThat(limiter.statistics().running()).isZero();
        });
  }

  @Test
  void shouldTakeTheLoopsTotalFromItsBuilderAndUseOneThreadForBodiesInTurn() {
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    Virtually.loop()
        .threads(2)
        .run(
            () -> {
              assertThat(Loop.current().threadLimiter().statistics().total()).isEqualTo(2);
              for (int n = 0; n < 50; n++) {
                used.add(onThread(Thread::currentThread));
              }
            });
    assertThat(used).hasSize(1);
  }

  @Test
  void shouldBeUsedByOneLoopAfterAnotherButNotByTwoAtOnce() {
    ThreadLimiter limiter = new ThreadLimiter(1);
    Virtually.run(() -> onThread(limiter, () -> {}));
    Virtually.run(
        () -> {
          CountDownLatch release = new CountDownLatch(1);
          Task<?> holder = spawn(() -> onThread(limiter, () -> release.await()));
          yieldNow();
          try (Loop other = Loop.start("other")) {
            Task<?> refused = other.submit("refused", () -> onThread(limiter, () -> {}));
            assertThatIllegalStateException()
                .isThrownBy(() -> await(refused))
                .withMessageStartingWith("a ThreadLimiter is used by two loops at once:");
          }
          release.countDown();
          await(holder);
        });
  }

  @Test
  void shouldRefuseATotalOfNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ThreadLimiter(0))
        .withMessage("a ThreadLimiter needs a thread: total=0; give one or more");
    assertThatIllegalArgumentException().isThrownBy(() -> Loop.builder().threads(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new ThreadLimiter(1).setTotal(0));
  }
}
