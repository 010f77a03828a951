package dev.treadle;

import static dev.treadle.Treadle.on;
import static dev.treadle.Treadle.select;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.VirtualLoop.sleepMs;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SelectBiasTest {
  private static Task<Integer> after(long millis, int value) {
    return spawn(
        () -> {
          sleepMs(millis);
          return value;
        });
  }

  @Ports("kotlinx.SelectBiasTest.testBiased")
  @Test
  void shouldTakeTheFirstInTheOrderOfTheArgumentsWhenSeveralAreReady() {
    VirtualLoop.run(
        () -> {
          Task<Integer> first = after(0, 0);
          Task<Integer> second = after(0, 1);
          turns(2);
          for (int i = 0; i < 100; i++) {
            int chosen = select(on(first, v -> v), on(second, v -> v));
            assertThat(chosen).isZero();
          }
        });
  }

  @Ports("kotlinx.SelectBiasTest.testUnbiased")
  @Test
  void shouldTakeAllEquallyWhenTheClausesAreShuffled() {
    VirtualLoop.run(
        () -> {
          Task<Integer> first = after(0, 0);
          Task<Integer> second = after(0, 1);
          turns(2);
          Random random = new Random(1);
          List<Clause<Integer>> clauses =
              new ArrayList<>(List.of(on(first, v -> v), on(second, v -> v)));
          int[] chosen = new int[2];
          for (int i = 0; i < 1000; i++) {
            Collections.shuffle(clauses, random);
            chosen[Treadle.<Integer>select(clauses)]++;
          }
          assertThat(chosen[0]).isBetween(400, 600);
        });
  }
}
