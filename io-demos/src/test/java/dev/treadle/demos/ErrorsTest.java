package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nope                       | unknown argument: argument=nope; see 'demo --help'
          process-info --transport x | bad value: --transport=x; give one of io_uring, epoll, kqueue, nio
          display-date --nope        | unknown argument: argument=--nope; see 'demo display-date --help'
          display-date x             | unknown argument: argument=x; see 'demo display-date --help'
          display-date --tasks 0     | bad value: --tasks=0; give a whole number from 1 to 2147483647
          display-date --tasks many  | bad value: --tasks=many; give a whole number from 1 to 2147483647
          display-date --seed x      | bad value: --seed=x; give a whole number
          display-date --duration    | option without a value: option=--duration; see 'demo display-date --help'
          display-date --duration x  | bad value: --duration=x; give a time such as 50s, 2m, 1500ms or PT1M30S
          display-date --duration -5s| bad value: --duration=-5s; give a time from 0s to 36500d
          display-date --max-delay 5 | bad value: --max-delay=5; give a time such as 50s, 2m, 1500ms or PT1M30S
          display-date --tasks 1 --tasks 2 | option given twice: option=--tasks; give it once
          """)
  void shouldSayInOneLineWhatIsWrongWhenTheCommandLineIs(String arguments, String line) {
    assertThat(Ran.demo(arguments.split(" +"))).isEqualTo(new Ran(2, "", line + "\n"));
  }

  @Test
  void shouldNameTheCommandsWhenNoneIsGiven() {
    Ran ran = Ran.demo();

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err().lines()).hasSize(1);
    assertThat(ran.err()).startsWith("no command: give one of ").contains("display-date");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "display-date "})
  void shouldShowTheUsageWhenAskedForHelp(String command) {
    Ran ran = Ran.demo((command + "--help").split(" "));

    assertThat(ran.code()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).startsWith("Usage: demo " + command).contains("--help");
  }
}
