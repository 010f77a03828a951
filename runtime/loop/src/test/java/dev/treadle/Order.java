package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

/** Asserts that steps happen in the order of their numbers, each once. */
final class Order {
  private int last;

  void step(int number) {
    assertThat(number).as("step").isEqualTo(last + 1);
    last = number;
  }

  /** Asserts that so many steps have happened. */
  void end(int steps) {
    assertThat(last).as("steps").isEqualTo(steps);
  }
}
