package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GeneratorsTest {
  @Test
  void shouldShowEachKindWhenRun() {
    assertThat(Ran.demo("generators"))
        .isEqualTo(
            new Ran(
                0,
                """
                # A generator yields
                Hello
                World
                # A coroutine is sent "World"
                Hello, who?
                Hello World
                # A running average
                sent 10.0, average 10.0
                sent 20.0, average 15.0
                sent 60.0, average 30.0
                # yieldFrom: one generator in another
                ready 3 2 1 go
                # Fibonacci has no end; ten are taken
                0 1 1 2 3 5 8 13 21 34
                """,
                ""));
  }
}
