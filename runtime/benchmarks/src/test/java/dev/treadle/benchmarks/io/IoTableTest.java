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
        new IoTable(List.of(new IoTable.Part(measured, List.of(), Figure.PER_SECOND))).toMarkdown();

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
