package dev.treadle.testing;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawnEager;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.ThreadLimiter;

/** Handing work to a thread and back blocks nobody, also where threads are started and reused. */
class OnThreadTest {
  @TreadleTest
  void shouldNotBlockTheLoopWhenManyTasksUseThreads(Loop loop) {
    ThreadLimiter limiter = new ThreadLimiter(8);
    int[] done = new int[1];
    group(
        g -> {
          for (int n = 0; n < 200; n++) {
            g.spawn(
                () -> {
                  onThread(limiter, () -> Thread.sleep(0, 1000));
                  onThread(() -> Thread.sleep(0, 1000));
                  done[0]++;
                });
          }
        });
    assertThat(done[0]).isEqualTo(200);
    assertThat(limiter.statistics().running()).isZero();
    assertThat(loop.threadLimiter().statistics().running()).isZero();
  }

  @TreadleTest
  void shouldSeeEagerStartsAsStepsLikeAnyOther() {
    assertThat(spawnEager("outer", () -> spawnEager("inner", () -> 42).result()).result())
        .isEqualTo(42);
  }
}
