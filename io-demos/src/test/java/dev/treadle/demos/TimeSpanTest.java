package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TimeSpanTest {
  private final TimeSpan converter = new TimeSpan();

  @ParameterizedTest
  @CsvSource({
    "50s,50s",
    "2m,2m",
    "1500ms,1.5s",
    "1.5s,1.5s",
    "1m30s,1m30s",
    "1h,1h",
    "2d,48h",
    "PT1M30S,1m30s",
    "pt5s,5s",
    "P1DT1H,25h",
    "0s,0s",
    "36500d,876000h"
  })
  void shouldReadWhatPeopleWrite(String written, String span) {
    assertThat(TimeSpan.text(converter.convert(written))).isEqualTo(span);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "5",
        "s",
        "5x",
        "5 s",
        "5s5",
        "-5s",
        "--5s",
        "PT-1S",
        "-PT1S",
        "P",
        "1e3s",
        "36501d",
        "99999999999999999999d",
        "999999999999d",
        "PT9223372036854775808S",
        "١s"
      })
  void shouldRefuseTheRest(String written) {
    assertThatThrownBy(() -> converter.convert(written))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith("give a time ");
  }
}
