package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.VirtualLoop.sleepForever;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The methods that say "any thread", called from another one, on a loop with the real clock. */
@Timeout(60)
class CancelFromThreadsTest {
  private static final int ROUNDS = 2000;
  private static final Runnable STOP = () -> {};

  private final LinkedBlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();
  private final Thread other = new Thread(this::serve, "other");

  @BeforeEach
  void start() {
    other.setDaemon(true);
    other.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    requests.add(STOP);
    other.join();
  }

  private void serve() {
    try {
      for (Runnable next = requests.take(); next != STOP; next = requests.take()) {
        next.run();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Has the other thread do it now, or within the next turns of this one. */
  private void elsewhere(Runnable action) {
    requests.add(action);
  }

  @Test
  void shouldEndEveryBodyWhenItsScopeIsCancelledWhileItIsEntered() {
    Treadle.run(
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            CancelScope scope = new CancelScope();
            elsewhere(scope::cancel);
            for (int n = i % 4; n > 0; n--) {
              yieldNow();
            }
            scope.run(() -> sleepForever());
            assertThat(scope.isCancelCalled()).isTrue();
            assertThat(scope.cancelledCaught()).isTrue();
          }
          assertThat(Loop.current().timers.size()).isZero();
        });
  }

  @Test
  void shouldLetTheOuterWinWhenBothAreCancelledWhileOneIsLeft() {
    Treadle.run(
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            CancelScope outer = new CancelScope();
            CancelScope inner = new CancelScope();
            elsewhere(
                () -> {
                  inner.cancel();
                  outer.cancel();
                });
            outer.run(
                () -> {
                  inner.run(() -> sleepForever());
                  sleepForever();
                });
            assertThat(outer.cancelledCaught()).isTrue();
          }
        });
  }

  @Test
  void shouldEndEveryChildWhenTheGroupIsCancelled() {
    Treadle.run(
        () -> {
          AtomicInteger begun = new AtomicInteger();
          AtomicInteger ended = new AtomicInteger();
          for (int i = 0; i < ROUNDS; i++) {
            group(
                g -> {
                  for (int n = 0; n < 3; n++) {
                    g.spawn(
                        () -> {
                          begun.incrementAndGet();
                          try {
                            sleepForever();
                          } finally {
                            ended.incrementAndGet();
                          }
                        });
                  }
                  elsewhere(g::cancel);
                  sleepForever();
                });
          }
          assertThat(ended).hasValue(begun.get());
          assertThat(Loop.current().tasks()).hasSize(1);
        });
  }

  @Test
  void shouldEndTheTaskWhenCancelledAtAnyTime() {
    Treadle.run(
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            Task<?> task =
                spawn(
                    () -> {
                      yieldNow();
                      sleepForever();
                    });
            elsewhere(task::cancel);
            assertThatThrownBy(() -> await(task)).isInstanceOf(CancellationException.class);
          }
        });
  }

  @Test
  void shouldCancelASubmittedTaskBeforeOrAfterItsStart() {
    try (Loop loop = Loop.start("embedded")) {
      AtomicInteger open = new AtomicInteger();
      for (int i = 0; i < ROUNDS; i++) {
        Task<?> task =
            loop.submit(
                "submitted",
                () -> {
                  open.incrementAndGet();
                  try {
                    sleepForever();
                  } finally {
                    open.decrementAndGet();
                  }
                });
        task.cancel();
        assertThatThrownBy(() -> await(task)).isInstanceOf(CancellationException.class);
      }
      assertThat(open).hasValue(0);
    }
  }

  @Test
  void shouldDoNothingWhenTheLoopIsClosed() throws Exception {
    Loop loop = Loop.start("closed");
    CancelScope scope = new CancelScope();
    Deferred<TaskGroup> opened = new Deferred<>(loop);
    Task<?> task =
        loop.submit(
            "submitted",
            () ->
                scope.run(
                    () ->
                        group(
                            g -> {
                              opened.complete(g);
                              sleepForever();
                            })));
    TaskGroup group = await(opened);
    loop.close();
    assertThat(task.isCancelled()).isTrue();
    task.cancel();
    scope.cancel();
    group.cancel();
    assertThat(scope.isCancelCalled()).isTrue();
    assertThat(scope.cancelledCaught()).isFalse();
  }
}
