package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class CounterTest {
  @ParameterizedTest
  @CsvSource({"queue,2", "queue,3", "shared-memory,1", "shared-memory,2"})
  void shouldLoseNothingVia(String way, int workers) {
    Ran ran = Ran.demo("counter", "--via", way, "--count", "100000", "--workers", "" + workers);

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                %1$s: workers=%2$d count=100000 expected=%3$d
                total: %3$d
                lost: 0
                """
                    .formatted(way, workers, 100_000 * workers),
                ""));
  }

  @Test
  void shouldTellWhatThreadsLose() {
    Ran ran = Ran.demo("counter", "--via", "thread", "--count", "3000000");

    Matcher told =
        Pattern.compile(
                "thread: workers=2 count=3000000 expected=6000000\ntotal: (\\d+)\nlost: (\\d+).*\n")
            .matcher(ran.out());
    assertThat(told.matches()).as(ran.out()).isTrue();
    long lost = Long.parseLong(told.group(2));
    assertThat(Long.parseLong(told.group(1)) + lost).isEqualTo(6_000_000);
    // Whether any are lost is a matter of luck.
    assertThat(ran.out().contains("lost: 0 by chance: processors=")).isEqualTo(lost == 0);
  }

  @Test
  void shouldLoseNothingWhenAThreadIsAlone() {
    assertThat(Ran.demo("counter", "--via", "thread", "--count", "1000", "--workers", "1").out())
        .contains("total: 1000\nlost: 0");
  }

  @Test
  void shouldRefuseWhenThereIsNoSuchWay() {
    assertThat(Ran.demo("counter", "--via", "pigeon"))
        .isEqualTo(
            new Ran(2, "", "bad value: --via=pigeon; give one of queue, shared-memory, thread\n"));
  }
}
