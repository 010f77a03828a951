package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OnThreadAbandonTest {
  @Test
  void shouldReportTheFailureOfAnAbandonedBodyAndDropItsValue() {
    List<String> reported = new CopyOnWriteArrayList<>();
    IllegalStateException failure = new IllegalStateException("disk");
    Virtually.loop()
        .onFailure((source, thrown) -> reported.add(source + ": " + thrown.getMessage()))
        .run(
            () -> {
              for (boolean fails : new boolean[] {true, false}) {
                CountDownLatch release = new CountDownLatch(1);
                Task<String> task =
                    spawn(
                        "abandons",
                        () ->
                            onThread(
                                OnCancel.ABANDON,
                                () -> {
                                  release.await();
                                  if (fails) {
                                    throw failure;
                                  }
                                  return "dropped";
                                }));
                Treadle.yieldNow();
                task.cancel();
                assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> await(task));
                release.countDown();
                while (Loop.current().threadLimiter().statistics().running() > 0) {
                  Treadle.yieldNow();
                }
              }
            });
    assertThat(reported).containsExactly("onThread of task 'abandons', abandoned: disk");
  }

  @Test
  void shouldGiveTheValueWhenNotCancelled() {
    Virtually.run(
        () -> {
          assertThat(onThread(OnCancel.ABANDON, () -> "value")).isEqualTo("value");
          onThread(OnCancel.ABANDON, () -> {});
          assertThat(onThread(new ThreadLimiter(1), OnCancel.WAIT, () -> 1)).isEqualTo(1);
          onThread(new ThreadLimiter(1), () -> {});
        });
  }

  @Test
  void shouldInterruptAnAbandonedBodyWhenTheLoopEnds() throws Exception {
    CompletableFuture<Thread> used = new CompletableFuture<>();
    Virtually.run(
        () -> {
          Task<?> task =
              spawn(
                  () ->
                      onThread(
                          OnCancel.ABANDON,
                          () -> {
                            used.complete(Thread.currentThread());
                            new CountDownLatch(1).await();
                          }));
          onThread(() -> used.join());
          task.cancel();
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
        });
    used.join().join();
  }
}
