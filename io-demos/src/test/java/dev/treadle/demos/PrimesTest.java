package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PrimesTest {
  private static final String ANSWERS =
      """
      112272535095293 is prime: True
      112582705942171 is prime: True
      112272535095293 is prime: True
      115280095190773 is prime: True
      115797848077099 is prime: True
      1099726899285419 is prime: False
      """;

  @Test
  void shouldGiveTheSameAnswersOnceWhenEachWayIsTaken() {
    Ran ran = Ran.demo("primes", "--rounds", "1");

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(
            ran.out().replaceAll("=\\d+\\.\\d{3}s", "=N").replaceAll("-up=\\d+\\.\\d\\d", "-up=N"))
        .isEqualTo(
            ANSWERS
                + """
                pool=none cold=N warm=N speed-up=N
                pool=thread cold=N warm=N speed-up=N
                pool=process cold=N warm=N speed-up=N
                """);
  }

  @Test
  void shouldTellNoSpeedUpWhenOneWayIsTaken() {
    Ran ran = Ran.demo("primes", "--rounds", "1", "--pool", "process");

    assertThat(ran.out()).startsWith(ANSWERS + "pool=process cold=").doesNotContain("speed-up");
  }

  @Test
  void shouldRefuseWhenThereIsNoSuchPool() {
    assertThat(Ran.demo("primes", "--pool", "ray"))
        .isEqualTo(
            new Ran(2, "", "bad value: --pool=ray; give one of none, thread, process, all\n"));
  }
}
