package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IoTableTest {
  private static final Limit RATE = new Limit("echo", "ours", "theirs", Figure.PER_SECOND, 0.95);
  private static final Limit P99 = new Limit("p99", "ours", "theirs", Figure.P99, 1.1);
  private static final Limit BYTES = new Limit("idle", "ours", "theirs", Figure.BYTES, 1_024);

  private final Measured measured = new Measured("section");

  @Test
  void shouldSayMetWhenTheRatioReachesTheLimit() {
    add("ours", 94_600, 95_000, 99_000);
    add("theirs", 99_000, 100_000, 101_000);

    assertThat(RATE.toMarkdown(measured))
        .isEqualTo(
            "| echo | 95,000/s (94,600 to 99,000) | theirs: 100,000/s (99,000 to 101,000) |"
                + " at least 0.95 × | 0.95 | met |\n");
  }

  @Test
  void shouldSayByHowMuchItMissedWhenTheRatioIsBelowTheLimit() {
    add("ours", 76_000);
    add("theirs", 100_000);

    assertThat(RATE.toMarkdown(measured))
        .endsWith("| at least 0.95 × | 0.76 | **missed** by 20 % |\n");
  }

  @Test
  void shouldHoldLatenciesBelowTheLimit() {
    measured.add("ours", new Sample(1, 550_000, 1, 1));
    measured.add("theirs", new Sample(1, 500_000, 1, 1));

    assertThat(P99.toMarkdown(measured))
        .isEqualTo(
            "| p99 | 550 µs (550 to 550) | theirs: 500 µs (500 to 500) |"
                + " at most 1.10 × | 1.10 | met |\n");
    measured.add("ours", new Sample(1, 650_000, 1, 1));
    assertThat(P99.toMarkdown(measured)).endsWith("| 1.20 | **missed** by 9 % |\n");
  }

  @Test
  void shouldHoldBytesAgainstTheRivalsOwn() {
    add("ours", 2_324);
    add("theirs", 1_300);

    assertThat(BYTES.toMarkdown(measured))
        .isEqualTo(
            "| idle | 2,324 B (2,324 to 2,324) | theirs: 1,300 B (1,300 to 1,300) |"
                + " at most 1,024 B more | +1,024 B | met |\n");
    measured.leaveOut("ours", "again");
    add("ours", 2_836);
    assertThat(BYTES.toMarkdown(measured)).endsWith("| +1,536 B | **missed** by 50 % |\n");
  }

  @Test
  void shouldHoldTimesAgainstTheLimitAloneWhenItIsAbsolute() {
    measured.add("ours", Sample.of(2, 260_000_000));
    measured.leaveOut("theirs", "not installed: it");

    assertThat(new Limit("cold", "ours", "theirs", Figure.MILLIS_AT_MOST, 130).toMarkdown(measured))
        .isEqualTo(
            "| cold | 130 ms (130 to 130) | theirs: not installed: it | at most 130 ms | 130 ms |"
                + " met |\n");
    assertThat(new Limit("cold", "ours", "theirs", Figure.MILLIS_AT_MOST, 100).toMarkdown(measured))
        .endsWith("| at most 100 ms | 130 ms | **missed** by 30 % |\n");
  }

  @Test
  void shouldHoldTheSlowestWaitsAgainstTheLimitAlone() {
    measured.add("ours", Sample.ofWaits(1_500_000));
    measured.add("theirs", Sample.ofWaits(3_000_000));

    assertThat(new Limit("late", "ours", "theirs", Figure.P99_AT_MOST, 2_000).toMarkdown(measured))
        .endsWith("| theirs: 3,000 µs (3,000 to 3,000) | at most 2,000 µs | 1,500 µs | met |\n");
  }

  @Test
  void shouldCompareTimesWhenTheSampleIsOfOneThing() {
    measured.add("ours", Sample.of(1_000, 50_000_000));
    measured.add("theirs", Sample.of(100, 20_000_000));

    assertThat(new Limit("call", "ours", "theirs", Figure.MICROS, 0.3).toMarkdown(measured))
        .isEqualTo(
            "| call | 50 µs (50 to 50) | theirs: 200 µs (200 to 200) | at most 0.30 × | 0.25 | met"
                + " |\n");
  }

  @Test
  void shouldTellHowManyTimesAsFast() {
    measured.add("ours", Sample.of(1, 500_000_000));
    measured.add("theirs", Sample.of(1, 900_000_000));

    assertThat(new Limit("primes", "ours", "theirs", Figure.SPEED_UP, 1.8).toMarkdown(measured))
        .endsWith("| 1.80 × as fast | 1.80 | met |\n");
    assertThat(new Limit("primes", "ours", "theirs", Figure.SPEED_UP, 2).toMarkdown(measured))
        .endsWith("| 2.00 × as fast | 1.80 | **missed** by 10 % |\n");
  }

  @Test
  void shouldSayWhatIsNotInstalled() {
    add("ours", 1_000);
    measured.leaveOut("theirs", "not installed: wrk");

    assertThat(RATE.toMarkdown(measured))
        .isEqualTo(
            "| echo | 1,000/s (1,000 to 1,000) | theirs: not installed: wrk |"
                + " at least 0.95 × |  | not measured |\n");
  }

  @Test
  void shouldShowEveryContenderBelowTheLimits() {
    measured.add("ours", new Sample(1_000, 2_000_000, 0.99, 0.8));
    measured.add("other", new Sample(500, 4_000_000, 1, 0.4));
    measured.leaveOut("theirs", "failed");

    String table =
        new IoTable(List.of(new IoTable.Part(measured, List.of(), Figure.PER_SECOND, true)))
            .toMarkdown();

    assertThat(table.lines())
        .containsExactly(
            "| | Treadle | rival | limit | measured | |",
            "| --- | ---: | ---: | --- | ---: | --- |",
            "",
            "**section**, median of 1 rounds",
            "",
            "| | requests | p99 | server's core | for each | client's core |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
            "| ours | 1,000/s (1,000 to 1,000) | 2,000 µs (2,000 to 2,000) | 99 % | 990.0 µs | 80 % |",
            "| other | 500/s (500 to 500) | 4,000 µs (4,000 to 4,000) | 100 % | 2000.0 µs | 40 % |",
            "| theirs | failed |");
  }

  private void add(String contender, double... rounds) {
    for (double perSecond : rounds) {
      measured.add(contender, new Sample(perSecond, 0, 1, 1));
    }
  }
}
