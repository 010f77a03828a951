package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void shouldTakeTheMiddleOneWhenThereIsOne() {
    assertThat(Series.of(List.of(5.0, 1.0, 100.0))).isEqualTo(new Series(5, 1, 100));
  }

  @Test
  void shouldTakeTheMeanOfTwoWhenTheyAreTheMiddle() {
    assertThat(Series.of(List.of(4.0, 1.0, 100.0, 6.0))).isEqualTo(new Series(5, 1, 100));
  }

  @Test
  void shouldRefuseNoRounds() {
    assertThatThrownBy(() -> Series.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nothing was measured: rounds=0; leave the row out");
  }
}
