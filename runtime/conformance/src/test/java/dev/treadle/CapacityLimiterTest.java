package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CapacityLimiterTest {
  @Ports("trio.test_threads.test_run_in_worker_thread_limiter")
  @Test
  void shouldRunNoMoreBodiesAtOnceThanItsTotal() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Virtually.run(
        () -> {
          ThreadLimiter limiter = new ThreadLimiter(3);
          List<Task<?>> tasks = new ArrayList<>();
          for (int n = 0; n < 30; n++) {
            tasks.add(
                spawn(
                    () ->
                        onThread(
                            limiter,
                            () -> {
                              most.accumulateAndGet(running.incrementAndGet(), Math::max);
                              Thread.onSpinWait();
                              running.decrementAndGet();
                            })));
          }
          for (Task<?> task : tasks) {
            await(task);
          }
          assertThat(limiter.statistics()).isEqualTo(new ThreadLimiter.Statistics(3, 0, 0));
        });
    assertThat(most.get()).isBetween(1, 3);
  }

  @Ports("trio.test_sync.test_CapacityLimiter")
  @Test
  void shouldServeInOrderAndFollowItsTotal() {
    Virtually.run(
        () -> {
          ThreadLimiter limiter = new ThreadLimiter(1);
          List<CountDownLatch> release = new ArrayList<>();
          List<Task<?>> tasks = new ArrayList<>();
          List<Integer> begun = new ArrayList<>();
          for (int n = 0; n < 4; n++) {
            int number = n;
            CountDownLatch latch = new CountDownLatch(1);
            release.add(latch);
            tasks.add(
                spawn(
                    "body " + n,
                    () ->
                        onThread(
                            limiter,
                            () -> {
                              synchronized (begun) {
                                begun.add(number);
                              }
                              latch.await();
                            })));
          }
          yieldNow();
          assertThat(limiter.statistics()).isEqualTo(new ThreadLimiter.Statistics(1, 1, 3));
          assertThat(limiter).hasToString("ThreadLimiter[1 of 1, 3 waiting]");
          assertThat(tasks.get(1).waitingFor())
              .isEqualTo("wait for a thread of ThreadLimiter[1 of 1, 3 waiting]");
          limiter.setTotal(2);
          assertThat(limiter.statistics()).isEqualTo(new ThreadLimiter.Statistics(2, 2, 2));
          limiter.setTotal(1);
          release.get(0).countDown();
          await(tasks.get(0));
          assertThat(limiter.statistics()).isEqualTo(new ThreadLimiter.Statistics(1, 1, 2));
          release.get(1).countDown();
          await(tasks.get(1));
          assertThat(limiter.statistics()).isEqualTo(new ThreadLimiter.Statistics(1, 1, 1));
          release.forEach(CountDownLatch::countDown);
          await(tasks.get(3));
          assertThat(begun).containsExactly(0, 1, 2, 3);
        });
  }
}
