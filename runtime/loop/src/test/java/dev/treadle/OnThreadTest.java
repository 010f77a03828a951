package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OnThreadTest {
  @Test
  void shouldLetOtherTasksRunMeanwhile() {
    Virtually.run(
        () -> {
          CountDownLatch latch = new CountDownLatch(1);
          spawn(latch::countDown);
          onThread(() -> latch.await());
          assertThat(latch.getCount()).isZero();
        });
  }

  @Test
  void shouldNotJumpTheVirtualClockMeanwhile() {
    Virtually.run(
        () -> {
          Task<?> sleeper = spawn(() -> sleep(Duration.ofHours(1)));
          CountDownLatch started = new CountDownLatch(1);
          onThread(
              () -> {
                started.countDown();
                started.await();
              });
          assertThat(Loop.current().time()).isZero();
          await(sleeper);
          assertThat(Loop.current().time()).isEqualTo(Duration.ofHours(1));
        });
  }

  @Test
  void shouldInterruptTheBodyAndWaitForItWhenCancelled() {
    List<String> events = new ArrayList<>();
    Virtually.run(
        () -> {
          CountDownLatch started = new CountDownLatch(1);
          Task<?> blocked =
              spawn(
                  () ->
                      onThread(
                          () -> {
                            started.countDown();
                            try {
                              new CountDownLatch(1).await();
                            } finally {
                              events.add("body left");
                            }
                          }));
          onThread(() -> started.await());
          blocked.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(blocked));
          events.add("awaited");
        });
    assertThat(events).containsExactly("body left", "awaited");
  }

  @Test
  void shouldKeepTheValueWhenTheBodyEndedInSpiteOfTheInterrupt() {
    Virtually.run(
        () -> {
          CountDownLatch started = new CountDownLatch(1);
          List<Object> got = new ArrayList<>();
          Task<?> stubborn =
              spawn(
                  () -> {
                    got.add(
                        onThread(
                            () -> {
                              started.countDown();
                              LoopThreadsTest.awaitInterrupt();
                              return "kept";
                            }));
                    sleep(Duration.ofSeconds(1));
                    got.add("never");
                  });
          onThread(() -> started.await());
          stubborn.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(stubborn));
          assertThat(got).containsExactly("kept");
          // The interrupt was for that body alone.
          for (int n = 0; n < LoopBuilder.DEFAULT_THREADS; n++) {
            boolean interrupted = onThread(() -> Thread.currentThread().isInterrupted());
            assertThat(interrupted).isFalse();
          }
        });
  }

  @Test
  void shouldTakeBackABodyThatHasNotBegunWhenCancelled() {
    AtomicBoolean ran = new AtomicBoolean();
    Virtually.run(
        () -> {
          CountDownLatch release = new CountDownLatch(1);
          CountDownLatch full = new CountDownLatch(LoopBuilder.DEFAULT_THREADS);
          List<Task<?>> blockers = new ArrayList<>();
          for (int n = 0; n < LoopBuilder.DEFAULT_THREADS; n++) {
            blockers.add(
                spawn(
                    () ->
                        onThread(
                            () -> {
                              full.countDown();
                              release.await();
                            })));
          }
          Task<?> queued = spawn(() -> onThread(() -> ran.set(true)));
          while (full.getCount() > 0) {
            Treadle.yieldNow();
          }
          queued.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(queued));
          release.countDown();
          for (Task<?> blocker : blockers) {
            await(blocker);
          }
        });
    assertThat(ran).isFalse();
  }

  @Test
  void shouldLeaveNoThreadWhenTheLoopHasEnded() throws Exception {
    Thread[] used = new Thread[1];
    AtomicInteger bodies = new AtomicInteger();
    Virtually.run(
        () -> {
          used[0] = onThread(Thread::currentThread);
          onThread(() -> bodies.incrementAndGet());
        });
    used[0].join();
    assertThat(bodies).hasValue(1);
  }

  @Test
  void shouldBeRefusedOutsideATask() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> onThread(() -> 1))
        .withMessage("onThread() outside a task: thread=main; start it with Treadle.run(...)");
  }
}
