package dev.treadle.testing;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.testing.Samples.assertPasses;
import static dev.treadle.testing.Samples.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.DeadlockException;
import dev.treadle.Loop;
import dev.treadle.VirtualClock;
import dev.treadle.queue.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;

class SchedulesTest {
  private static final List<Object> SEEN = new ArrayList<>();

  @Test
  void shouldFindTheLostUpdateAndPrintTheSeedThatReplaysIt() {
    Throwable found = failureOf(Cases.class, "losesAnUpdate");

    assertThat(found)
        .isInstanceOf(LoopTestError.class)
        .hasMessageMatching(
            "(?s)schedule (\\d+) of 200 failed: seed=\\1; replay it with"
                + " @TreadleTest\\(seed = \\1\\) or -Dtreadle\\.seed=\\1\n.*expected: 2.*")
        .hasCauseInstanceOf(AssertionError.class);
    String seed = seedOf(found);
    SEEN.clear();
    Throwable replayed = withSeed(seed, () -> failureOf(Cases.class, "losesAnUpdate"));
    assertThat(SEEN).as("runs").hasSize(1);
    assertThat(seedOf(replayed)).isEqualTo(seed);
    assertThat(replayed).hasMessageStartingWith("schedule 1 of 1 failed: ");
  }

  @Test
  void shouldFindTheLockOrderDeadlockAndPrintTheDump() {
    assertThat(failureOf(Cases.class, "takesLocksInTwoOrders"))
        .isInstanceOf(LoopTestError.class)
        .hasMessageStartingWith("schedule ")
        .hasMessageContaining("DeadlockException: deadlock: ")
        .hasMessageContaining("Task[left first suspended on take")
        .hasMessageContaining("Task[right first suspended on take")
        .hasCauseInstanceOf(DeadlockException.class);
  }

  @Test
  void shouldPassWhenTheProgramIsCorrectInEveryOrder() {
    assertPasses(Cases.class, "locksItsUpdate");
    assertPasses(Cases.class, "takesLocksInOneOrder");
  }

  /** The twin that shows that it takes many schedules: the same bugs in the loop's own order. */
  @Test
  void shouldMissTheBugsInThePlainOrder() {
    assertPasses(Cases.class, "losesAnUpdateUnseen");
    assertPasses(Cases.class, "takesLocksInTwoOrdersUnseen");
  }

  @Test
  void shouldRunTheOneSeedThatTheAnnotationGives() {
    SEEN.clear();
    assertPasses(Cases.class, "seeded");
    List<Object> first = List.copyOf(SEEN);
    SEEN.clear();
    assertPasses(Cases.class, "seeded");
    assertThat(SEEN).isEqualTo(first).hasSize(4);
  }

  @Test
  void shouldRunOtherOrdersWhenTheFirstSeedIsRandom() {
    assertThat(withSeed("random", () -> seedsOfFailures(3))).hasSizeGreaterThan(1);
  }

  private static Set<String> seedsOfFailures(int runs) {
    Set<String> seeds = new HashSet<>();
    for (int n = 0; n < runs; n++) {
      Throwable failure = failureOf(Cases.class, "failsAlways");
      assertThat(failure).hasMessageStartingWith("schedule 1 of 3 failed: seed=");
      seeds.add(seedOf(failure));
    }
    return seeds;
  }

  @Test
  void shouldGiveEachScheduleALoopAndAClockOfItsOwn() {
    SEEN.clear();
    assertPasses(Cases.class, "looksAround");
    assertThat(SEEN).hasSize(8).doesNotHaveDuplicates();
  }

  @Test
  void shouldSetUpAndTearDownOnceAroundAllSchedules() {
    SEEN.clear();
    assertPasses(Around.class, "counts");
    assertThat(SEEN).containsExactly("before", "run", "run", "run", "after");
  }

  @Test
  void shouldCheckEverySchedule() {
    assertThat(failureOf(Cases.class, "leaksInTheEnd"))
        .hasMessageStartingWith("schedule 3 of 5 failed: seed=3; ")
        .hasMessageContaining("tasks leaked: ");
    assertThat(failureOf(Cases.class, "blocksInTheEnd"))
        .hasMessageStartingWith("schedule 3 of 5 failed: seed=3; ")
        .hasCauseInstanceOf(BlockingCallError.class);
  }

  @Test
  void shouldAbortWithTheScheduleThatAborts() {
    Samples.runAll(Aborting.class).aborted().assertThatEvents().hasSize(1);
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThat(failureOf(Wrong.class, "onRealTime"))
        .isInstanceOf(ExtensionConfigurationException.class)
        .hasMessageStartingWith("no seeded order on real time: clock=REAL schedules=2; ");
    assertThat(failureOf(Wrong.class, "lessThanNone"))
        .hasMessageStartingWith("cannot run these schedules: schedules=-1 seeds=0; ");
    assertThat(failureOf(Wrong.class, "twoSeeds"))
        .hasMessageStartingWith("cannot run these schedules: schedules=0 seeds=2; ");
    assertThat(withSeed("x", () -> failureOf(Cases.class, "failsAlways")))
        .hasMessage("not a seed: treadle.seed=x; give a number, or random");
    assertThat(failureOf(ClockAround.class, "test"))
        .isInstanceOf(ParameterResolutionException.class)
        .hasMessageContaining("no VirtualClock around a test of many schedules: method=test;");
  }

  private static String seedOf(Throwable failure) {
    Matcher seed = Pattern.compile("seed=(\\d+);").matcher(failure.getMessage());
    assertThat(seed.find()).isTrue();
    return seed.group(1);
  }

  private static <T> T withSeed(String seed, java.util.function.Supplier<T> body) {
    System.setProperty("treadle.seed", seed);
    try {
      return body.get();
    } finally {
      System.clearProperty("treadle.seed");
    }
  }

  static class Cases {
    @TreadleTest(schedules = 200)
    void losesAnUpdate() {
      SEEN.add("run");
      assertThat(update(false)).isEqualTo(2);
    }

    @TreadleTest
    void losesAnUpdateUnseen() {
      assertThat(update(false)).isEqualTo(2);
    }

    @TreadleTest(schedules = 200)
    void locksItsUpdate() {
      assertThat(update(true)).isEqualTo(2);
    }

    private static int update(boolean locked) {
      AsyncQueue<String> lock = lock();
      int[] total = {0};
      group(
          g -> {
            for (int n = 0; n < 2; n++) {
              int pause = 5 * n;
              g.spawn(
                  () -> {
                    turns(pause);
                    String held = locked ? lock.take() : "";
                    int read = total[0];
                    turns(2);
                    total[0] = read + 1;
                    if (locked) {
                      lock.put(held);
                    }
                  });
            }
          });
      return total[0];
    }

    @TreadleTest(schedules = 200, deadlockAfterMillis = 1)
    void takesLocksInTwoOrders() {
      lockBoth(false);
    }

    @TreadleTest
    void takesLocksInTwoOrdersUnseen() {
      lockBoth(false);
    }

    @TreadleTest(schedules = 200)
    void takesLocksInOneOrder() {
      lockBoth(true);
    }

    private static void lockBoth(boolean inOneOrder) {
      AsyncQueue<String> left = lock();
      AsyncQueue<String> right = lock();
      group(
          g -> {
            g.spawn("left first", () -> lockBoth(left, right));
            g.spawn(
                "right first",
                () -> {
                  turns(5);
                  lockBoth(inOneOrder ? left : right, inOneOrder ? right : left);
                });
          });
    }

    private static void lockBoth(AsyncQueue<String> first, AsyncQueue<String> second) {
      String one = first.take();
      turns(2);
      second.put(second.take());
      first.put(one);
    }

    private static AsyncQueue<String> lock() {
      AsyncQueue<String> lock = AsyncQueue.unbounded();
      lock.offer("token");
      return lock;
    }

    @TreadleTest(seed = 3)
    void seeded() {
      group(
          g -> {
            for (int n = 0; n < 4; n++) {
              int number = n;
              g.spawn(() -> SEEN.add(number));
            }
          });
    }

    @TreadleTest(schedules = 3)
    void failsAlways() {
      throw new IllegalStateException("always");
    }

    @TreadleTest(schedules = 4)
    void looksAround(VirtualClock clock, Loop loop) {
      assertThat(Loop.current()).isSameAs(loop);
      assertThat(clock.elapsed()).isZero();
      sleep(Duration.ofHours(1));
      assertThat(clock.elapsed()).isEqualTo(loop.time()).isEqualTo(Duration.ofHours(1));
      SEEN.add(clock);
      SEEN.add(loop);
    }

    private int runs;

    @TreadleTest(schedules = 5)
    void leaksInTheEnd() {
      if (++runs == 3) {
        spawn("leak", () -> sleep(Duration.ofDays(1)));
      }
    }

    @TreadleTest(schedules = 5)
    void blocksInTheEnd() throws InterruptedException {
      await(spawn(() -> {}));
      if (++runs == 3) {
        Thread.sleep(1);
      }
    }
  }

  static class Around {
    @BeforeEach
    void before() {
      SEEN.add("before");
    }

    @AfterEach
    void after() {
      SEEN.add("after");
    }

    @TreadleTest(schedules = 3)
    void counts() {
      SEEN.add("run");
    }
  }

  static class Aborting {
    @TreadleTest(schedules = 3)
    void aborts() {
      Assumptions.abort("not here");
    }
  }

  static class ClockAround {
    @BeforeEach
    void before(VirtualClock clock) {
      throw new AssertionError("not reached: clock=" + clock);
    }

    @TreadleTest(schedules = 3)
    void test() {}
  }

  static class Wrong {
    @TreadleTest(schedules = 2, clock = TestClock.REAL)
    void onRealTime() {}

    @TreadleTest(schedules = -1)
    void lessThanNone() {}

    @TreadleTest(seed = {1, 2})
    void twoSeeds() {}
  }

  private static void turns(int count) {
    for (int n = count; n > 0; n--) {
      yieldNow();
    }
  }
}
