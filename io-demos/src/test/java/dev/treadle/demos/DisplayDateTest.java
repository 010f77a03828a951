package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayDateTest {
  @Test
  void shouldTellTheTimeUntilOneSecondBeforeTheEndWhenTimeIsVirtual() {
    Ran ran = Ran.demo("display-date", "--virtual", "--seed", "1", "--duration", "10s");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                Loop: 1 Time: 2026-11-20 15:16:20.801473
                Loop: 2 Time: 2026-11-20 15:16:20.801473
                Loop: 2 Time: 2026-11-20 15:16:23.801473
                Loop: 1 Time: 2026-11-20 15:16:24.801473
                Loop: 2 Time: 2026-11-20 15:16:27.801473
                Loop: 1 Time: 2026-11-20 15:16:29.801473
                Loop: 2 Time: 2026-11-20 15:16:31.801473
                """,
                ""));
  }

  @Test
  void shouldRepeatItselfWhenTheSeedIsTheSame() {
    String[] arguments = {"display-date", "--virtual", "--seed", "-7", "--tasks", "20"};

    Ran first = Ran.demo(arguments);

    assertThat(first).isEqualTo(Ran.demo(arguments));
    assertThat(first.lines()).hasSizeGreaterThan(100);
  }

  @Test
  void shouldKeepTheScheduleOfATaskWhenThereAreMoreTasks() {
    Ran one = Ran.demo("display-date", "--virtual", "--seed", "3", "--tasks", "1");
    Ran five = Ran.demo("display-date", "--virtual", "--seed", "3", "--tasks", "5");

    List<String> ofTaskOne =
        five.lines().stream().filter(line -> line.startsWith("Loop: 1 ")).toList();
    assertThat(ofTaskOne).isEqualTo(one.lines());
  }

  @Test
  void shouldPrintOnceWhenThereIsNoMoreThanASecond() {
    Ran ran = Ran.demo("display-date", "--virtual", "--tasks", "1", "--duration", "PT1S");

    assertThat(ran).isEqualTo(new Ran(0, "Loop: 1 Time: 2026-11-20 15:16:20.801473\n", ""));
  }

  @Test
  void shouldPrintSixDigitsOfTheSecondWhenTimeIsReal() {
    Ran ran = Ran.demo("display-date", "--tasks", "3", "--duration", "0s");

    assertThat(ran.lines())
        .hasSize(3)
        .allMatch(
            line ->
                line.matches(
                    "Loop: [123] Time: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}"));
  }

  @Test
  void shouldRefuseWhenVirtualTimeWouldStandStill() {
    Ran ran = Ran.demo("display-date", "--virtual", "--max-delay", "900ms");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                2,
                "",
                "virtual time would stand still: --max-delay=0.9s; give 1s or more, or leave out"
                    + " --virtual\n"));
  }
}
