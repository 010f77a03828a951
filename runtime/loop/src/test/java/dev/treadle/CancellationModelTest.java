package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CancellationModelTest {
  private static final int SCENARIOS = 3000;

  @Test
  void shouldDoAsTheModelSaysInRandomTrees() {
    VirtualLoop.run(
        () -> {
          for (long seed = 1; seed <= SCENARIOS; seed++) {
            CancellationScenario scenario = new CancellationScenario(seed);
            scenario.run();
            assertThat(scenario.violations).as("seed=%s", seed).isEmpty();
          }
        });
  }
}
