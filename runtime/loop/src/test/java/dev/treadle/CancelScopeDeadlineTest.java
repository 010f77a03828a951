package dev.treadle;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CancelScopeDeadlineTest {
  @Test
  void shouldStartTheClockAtEntry() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(ms(10));
          sleepMs(100);
          scope.run(
              () -> {
                sleepMs(9);
                assertThat(scope.isCancelCalled()).isFalse();
                assertThat(scope.remaining()).isEqualTo(ms(1));
                sleepForever();
              });
          assertThat(now()).isEqualTo(110);
        });
  }

  @Test
  void shouldEndTheWaitWhenAnotherTaskMovesTheDeadline() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(ms(1000));
          Task<?> mover =
              spawn(
                  () -> {
                    sleepMs(10);
                    scope.setTimeout(Duration.ZERO);
                  });
          scope.run(() -> sleepForever());
          assertThat(now()).isEqualTo(10);
          Treadle.await(mover);
        });
  }

  @Test
  void shouldTakeATimeoutSetBeforeEntry() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope();
          assertThat(scope.remaining()).isNull();
          scope.setTimeout(ms(10));
          assertThat(scope.remaining()).isEqualTo(ms(10));
          scope.run(() -> sleepForever());
          assertThat(scope.cancelledCaught()).isTrue();
          assertThat(now()).isEqualTo(10);
        });
  }

  @Test
  void shouldSurviveHugeTimeouts() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(Duration.ofSeconds(Long.MAX_VALUE));
          scope.run(
              () -> {
                sleepMs(10);
                assertThat(scope.remaining()).isGreaterThan(Duration.ofDays(36_000));
                scope.setTimeout(Duration.ofSeconds(Long.MIN_VALUE));
                assertThat(scope.isCancelCalled()).isTrue();
              });
        });
  }

  @Test
  void shouldRefuseToBeMovedByAnotherThread() {
    VirtualLoop.run(
        () -> {
          CancelScope scope = new CancelScope(ms(1000));
          scope.run(
              () -> {
                assertThat(refusedElsewhere(() -> scope.setTimeout(ms(1))))
                    .hasMessage(
                        "CancelScope.setTimeout() on a wrong thread: thread=other loop=loop; hand it"
                            + " over with Loop.execute(...) or Loop.submit(...)");
                assertThat(refusedElsewhere(() -> scope.setShielded(true)))
                    .hasMessageStartingWith("CancelScope.setShielded() on a wrong thread:");
                assertThat(scope.isShielded()).isFalse();
                assertThat(scope.remaining()).isEqualTo(ms(1000));
              });
        });
  }

  private static @Nullable Throwable refusedElsewhere(Runnable action) throws InterruptedException {
    AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
    Thread.ofPlatform()
        .name("other")
        .start(
            () -> {
              try {
                action.run();
              } catch (IllegalStateException e) {
                refused.set(e);
              }
            })
        .join();
    return refused.get();
  }
}
