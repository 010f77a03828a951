package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerThreadTest {
  @Ports("trio.test_threads.test_run_in_worker_thread_abandon_on_cancel")
  @Test
  void shouldLetTheTaskGoOnAndTheBodyRunWhenCancelled() {
    Virtually.run(
        () -> {
          ThreadLimiter limiter = new ThreadLimiter(1);
          CountDownLatch started = new CountDownLatch(1);
          CountDownLatch release = new CountDownLatch(1);
          AtomicBoolean interrupted = new AtomicBoolean();
          Task<?> task =
              spawn(
                  () ->
                      onThread(
                          limiter,
                          OnCancel.ABANDON,
                          () -> {
                            started.countDown();
                            try {
                              release.await();
                            } catch (InterruptedException e) {
                              interrupted.set(true);
                            }
                          }));
          onThread(() -> started.await());
          task.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
          assertThat(limiter.statistics().running()).isEqualTo(1);
          // A virtual clock does not wait for it.
          sleep(Duration.ofHours(1));
          assertThat(limiter.statistics().running()).isEqualTo(1);
          // Who is next waits until the thread is free.
          Task<Integer> next = spawn(() -> onThread(limiter, () -> 2));
          Treadle.yieldNow();
          assertThat(limiter.statistics().waiting()).isEqualTo(1);
          try (Hold hold = Loop.current().hold("the abandoned body")) {
            assertThat(hold).isNotNull();
            release.countDown();
            assertThat(await(next)).isEqualTo(2);
          }
          assertThat(interrupted).isFalse();
        });
  }

  @Ports("test_events.EventLoopTestsMixin.test_run_in_executor_cancel")
  @Test
  void shouldDropTheLateResultWhenTheLoopHasClosed() throws Exception {
    List<String> reported = new CopyOnWriteArrayList<>();
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Thread> used = new CompletableFuture<>();
    Virtually.loop()
        .onFailure((source, thrown) -> reported.add(source + ": " + thrown))
        .run(
            () -> {
              spawn(
                  "late",
                  () ->
                      onThread(
                          OnCancel.ABANDON,
                          () -> {
                            used.complete(Thread.currentThread());
                            insistOn(release);
                            return "late";
                          }));
              onThread(() -> used.join());
            });
    Thread thread = used.join();
    assertThat(thread.isAlive()).isTrue();
    release.countDown();
    thread.join();
    assertThat(reported).isEmpty();
  }

  private static void insistOn(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // As a body that takes no interrupt.
      }
    }
  }
}
