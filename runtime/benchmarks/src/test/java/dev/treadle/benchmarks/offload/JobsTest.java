package dev.treadle.benchmarks.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class JobsTest {
  @Test
  void shouldFindFivePrimesAmongTheSix() {
    assertThat(Jobs.numbers(1).stream().map(Jobs::isPrime))
        .containsExactly(true, true, true, true, true, false);
    assertThat(Jobs.numbers(3)).hasSize(18).startsWith(112272535095293L);
  }

  @Test
  void shouldReadBothEndsOfTheData() throws Exception {
    byte[] data = {1, 9, 3};

    assertThat(Jobs.endsOf(data).call()).isEqualTo(7);
    assertThat(Jobs.endsOf(MemorySegment.ofArray(data)).call()).isEqualTo(7);
  }
}
