package dev.treadle;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sampling while steps come and go: the stack in a report is always that of the step it names. The
 * broken twin, which does not look again after it has taken the stack, mixes them up.
 */
@Timeout(60)
class StallWatchStressTest {
  private static final int REPORTS = 50;
  private static final long STEP_NANOS = 50_000;

  private volatile boolean stop;

  @Test
  void shouldNeverShowTheStackOfAnInnocent() {
    List<Stall> stalls = new ArrayList<>();
    whileTwoTasksTakeTurns(
        loop -> {
          StallWatch watch =
              new StallWatch(loop, Duration.ofNanos(1), stall -> addIfInATask(stall, stalls), 0);
          long[] clock = {0};
          return () -> {
            watch.sample(clock[0]++);
            return stalls.size() >= REPORTS;
          };
        });
    assertThat(stalls).noneMatch(StallWatchStressTest::isMixedUp);
  }

  /** A thread that the system has stopped between two tasks says nothing of either. */
  private static void addIfInATask(Stall stall, List<Stall> stalls) {
    if (!stall.ended() && !stall.stack().isEmpty()) {
      stalls.add(stall);
    }
  }

  @Test
  void shouldSeeTheMixUpWhenTheTwinDoesNotLookAgain() {
    whileTwoTasksTakeTurns(
        loop ->
            () -> {
              Task<?> task = loop.running();
              StackTraceElement[] stack = loop.thread().getStackTrace();
              return isMixedUp(
                  StallProbe.look(loop, task, null, stack, Duration.ofNanos(1), false));
            });
  }

  /** Whether the stack shows another task than the one named, or a task where none is named. */
  private static boolean isMixedUp(Stall stall) {
    return Arrays.asList("work1", "work2").stream()
        .anyMatch(
            work ->
                stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals(work))
                    && !stall.step().equals("task '" + work + "'"));
  }

  private void whileTwoTasksTakeTurns(Function<Loop, BooleanSupplier> sampler) {
    try (Loop loop = Loop.builder().stallAfter(Duration.ZERO).start()) {
      loop.execute(
          () -> {
            spawn("work1", this::work1);
            spawn("work2", this::work2);
          });
      BooleanSupplier enough = sampler.apply(loop);
      while (!enough.getAsBoolean()) {
        Thread.onSpinWait();
      }
      stop = true;
    }
  }

  private void work1() {
    while (!stop) {
      spin();
      yieldNow();
    }
  }

  private void work2() {
    while (!stop) {
      spin();
      yieldNow();
    }
  }

  /**
   * Long enough to be seen several times, short enough to end under the sampler's eyes. No loop of
   * a known length: compiled, that one is stopped for a look at its stack at its end only.
   */
  private static void spin() {
    long end = System.nanoTime() + STEP_NANOS;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
