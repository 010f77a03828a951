package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArithmeticTest {
  @Test
  void shouldKnowThePrimesWhenNumbersAreSmall() {
    assertThat(LongStream.range(-3, 50).filter(Arithmetic::isPrime))
        .containsExactly(2L, 3L, 5L, 7L, 11L, 13L, 17L, 19L, 23L, 29L, 31L, 37L, 41L, 43L, 47L);
  }

  @Test
  void shouldTellThatASquareOfAPrimeIsNone() {
    assertThat(Arithmetic.isPrime(1_000_003L * 1_000_003L)).isFalse();
  }

  @Test
  void shouldGiveFactorsWhoseProductIsTheNumber() {
    assertThat(Arithmetic.factors(360)).containsExactly(2L, 2L, 2L, 3L, 3L, 5L);
    assertThat(Arithmetic.factors(2)).containsExactly(2L);
    assertThat(Arithmetic.factors(1_000_003L * 1_000_003L)).containsExactly(1_000_003L, 1_000_003L);
    for (long number = 2; number < 2_000; number++) {
      List<Long> factors = Arithmetic.factors(number);
      assertThat(factors).allMatch(Arithmetic::isPrime).isSorted();
      assertThat(factors.stream().reduce(1L, (a, b) -> a * b)).isEqualTo(number);
    }
  }

  @Test
  void shouldNotGoRoundInCirclesWhenTheNumberIsTheLargest() {
    assertThat(Arithmetic.factors(Long.MAX_VALUE))
        .containsExactly(7L, 7L, 73L, 127L, 337L, 92737L, 649657L);
  }
}
