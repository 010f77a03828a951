package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.queue.AsyncQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What chaos permutes, what it leaves alone, and what it finds. */
class ChaosTest {
  private static final int SCHEDULES = 200;

  @Test
  void shouldRunTheSameOrderWhenTheSeedIsTheSame() {
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(trace(seed)).isEqualTo(trace(seed));
    }
  }

  @Test
  void shouldRunManyOrdersWhenTheSeedsDiffer() {
    Set<String> orders = new HashSet<>();
    LongStream.rangeClosed(1, SCHEDULES).forEach(seed -> orders.add(trace(seed)));
    assertThat(orders).hasSizeGreaterThan(SCHEDULES / 2);
  }

  /** The order in which three tasks run their four steps. */
  private static String trace(long seed) {
    StringBuilder trace = new StringBuilder();
    chaos(
        seed,
        () ->
            group(
                g -> {
                  for (String name : List.of("a", "b", "c")) {
                    g.spawn(
                        () -> {
                          sleep(Duration.ofSeconds(1));
                          for (int n = 0; n < 4; n++) {
                            trace.append(name);
                            yieldNow();
                          }
                        });
                  }
                }));
    return trace.toString();
  }

  @Test
  void shouldReachEveryOrderOfThreeReadyTasks() {
    Set<List<Integer>> orders = new HashSet<>();
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      List<Integer> order = new ArrayList<>();
      chaos(
          seed,
          () ->
              group(
                  g -> {
                    IntStream.range(0, 3).forEach(number -> g.spawn(() -> order.add(number)));
                  }));
      orders.add(order);
    }
    assertThat(orders).hasSize(6);
  }

  @Test
  void shouldKeepTheOrderOfCallbacksAndTheirTurn() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      List<Integer> order = new ArrayList<>();
      chaos(
          seed,
          () -> {
            Loop loop = Loop.current();
            for (int n = 0; n < 5; n++) {
              int number = n;
              spawn(() -> yieldNow());
              loop.callSoon(() -> order.add(number));
              loop.callLater(Duration.ofSeconds(1), () -> order.add(10 + number));
            }
            yieldNow();
            yieldNow();
            assertThat(order).containsExactly(0, 1, 2, 3, 4);
            sleep(Duration.ofSeconds(2));
          });
      assertThat(order).containsExactly(0, 1, 2, 3, 4, 10, 11, 12, 13, 14);
    }
  }

  @Test
  void shouldDrawThePlaceOfACallbackAmongTheTasks() {
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      List<String> order = new ArrayList<>();
      chaos(
          seed,
          () -> {
            Task<Boolean> task = spawn(() -> order.add("task"));
            Loop.current().callSoon(() -> order.add("callback"));
            await(task);
            yieldNow();
          });
      orders.add(order);
    }
    assertThat(orders).contains(List.of("task", "callback"), List.of("callback", "task"));
  }

  @Test
  void shouldHandOverFirstComeFirstServed() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      chaos(
          seed,
          () -> {
            AsyncQueue<Integer> queue = AsyncQueue.unbounded();
            List<Integer> came = new ArrayList<>();
            List<Integer> got = new ArrayList<>();
            group(
                g -> {
                  for (int n = 0; n < 4; n++) {
                    int number = n;
                    g.spawn(
                        () -> {
                          came.add(number);
                          int item = queue.take();
                          got.add(came.get(item) - number);
                        });
                  }
                  sleep(Duration.ofSeconds(1));
                  for (int n = 0; n < 4; n++) {
                    queue.put(n);
                  }
                });
            assertThat(got).containsExactly(0, 0, 0, 0);
          });
    }
  }

  @Test
  void shouldKeepTheOrderOfTime() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      List<Integer> order = new ArrayList<>();
      chaos(
          seed,
          () ->
              group(
                  g -> {
                    for (int n = 5; n > 0; n--) {
                      int seconds = n;
                      g.spawn(
                          () -> {
                            sleep(Duration.ofSeconds(seconds));
                            order.add(seconds);
                          });
                    }
                  }));
      assertThat(order).containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void shouldEndAWaitByYieldingWithinAFairTurn() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      chaos(
          seed,
          () -> {
            Task<?> other = spawn(() -> {});
            int turns = 0;
            while (!other.isDone()) {
              yieldNow();
              turns++;
            }
            assertThat(turns).isLessThanOrEqualTo(Chaos.FAIR_TURN);
          });
    }
  }

  @Test
  void shouldCancelAndCloseAsEverWhenOrdersAreDrawn() {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      List<String> events = new ArrayList<>();
      chaos(
          seed,
          () -> {
            for (int n = 0; n < 3; n++) {
              spawn(
                  () -> {
                    try {
                      sleep(Duration.ofDays(1));
                    } finally {
                      events.add("finally");
                    }
                  });
            }
            sleep(Duration.ofSeconds(1));
          });
      assertThat(events).hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void shouldFindAPlantedBugWithinTheSchedulesOfATest(PlantedBug bug) {
    long found = LongStream.range(0, 10).filter(n -> isFound(bug, 10_000 * n + 1)).count();
    assertThat(found).isGreaterThanOrEqualTo(bug.oftenFound());
  }

  private static boolean isFound(PlantedBug bug, long firstSeed) {
    return LongStream.range(firstSeed, firstSeed + SCHEDULES).anyMatch(bug::fails);
  }

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void shouldFindNothingWhenTheProgramIsCorrect(PlantedBug bug) {
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      assertThat(bug.failsWhenCorrected(seed)).as("seed %d", seed).isFalse();
    }
  }

  /** The twin that shows why it takes chaos: in plain order nothing is seen of the bug. */
  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void shouldMissThePlantedBugWithoutChaos(PlantedBug bug) {
    assertThat(bug.failsInPlainOrder()).isFalse();
  }

  private static void chaos(long seed, Action<Exception> body) {
    Virtually.loop().chaos(seed).run(body);
  }

  @Test
  void shouldAwaitWhatAnotherThreadDoesWhenOrdersAreDrawn() {
    for (long seed = 1; seed <= 20; seed++) {
      chaos(
          seed,
          () -> {
            Task<Integer> answer = spawn(() -> Treadle.onThread(() -> 42));
            assertThat(await(answer)).isEqualTo(42);
          });
    }
  }
}
