package dev.treadle.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTableTest {
  @Test
  void shouldSayMetWhenTheRatioIsWithinTheLimit() {
    List<Score> scores =
        List.of(
            new Score("SwitchBenchmark tasks=2", Side.TREADLE, 104.2, 1.25),
            new Score("SwitchBenchmark tasks=2", Side.RAW, 90, 2),
            new Score("SwitchBenchmark tasks=2", Side.KOTLINX, 37, Double.NaN));

    assertThat(new ResultsTable(scores).toMarkdown().lines())
        .containsExactly(
            "| | Treadle | raw continuation | Kotlin | virtual threads | at most | measured | |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
            "| task switch, 2 tasks | 104 ± 1.3 ns | 90 ± 2.0 ns | 37 ns |  |"
                + " 1.25 × raw continuation | 1.16 | met |");
  }

  @Test
  void shouldSayByHowMuchItMissedWhenTheRatioIsOverTheLimit() {
    List<Score> scores =
        List.of(
            new Score("QueueBenchmark", Side.TREADLE, 33, Double.NaN),
            new Score("QueueBenchmark", Side.KOTLINX, 60, Double.NaN));

    assertThat(lastLine(scores))
        .isEqualTo(
            "| queue(64), per item | 33 ns |  | 60 ns |  |"
                + " 0.50 × Kotlin | 0.55 | **missed** by 10 % |");
  }

  @Test
  void shouldCompareWithTheNumberItselfWhenTheLimitIsAbsolute() {
    List<Score> scores =
        List.of(
            new Score("SleepersBenchmark bytesEach", Side.TREADLE, 495, Double.NaN),
            new Score("SleepersBenchmark", Side.TREADLE, 6100, Double.NaN),
            new Score("SleepersBenchmark", Side.KOTLINX, 6200, Double.NaN));

    assertThat(new ResultsTable(scores).toMarkdown().lines().skip(2))
        .containsExactly(
            "| 1,000,000 sleeping tasks: each | 495 B |  |  |  |"
                + " 450 B | 495 B | **missed** by 10 % |",
            "| 1,000,000 sleeping tasks: whole run | 6,100 ms |  | 6,200 ms |  |"
                + " 1.00 × Kotlin | 0.98 | met |");
  }

  @Test
  void shouldCompareWithASideThatHasNoColumn() {
    List<Score> scores =
        List.of(
            new Score("WatchdogBenchmark", Side.TREADLE, 101, Double.NaN),
            new Score("WatchdogBenchmark", Side.UNWATCHED, 100, Double.NaN));

    assertThat(lastLine(scores))
        .isEqualTo(
            "| task switch, under the watchdog | 101 ns |  |  |  |"
                + " 1.03 × unwatched | 1.01 | met |");
  }

  @Test
  void shouldCompareByTheDifferenceWhenTheLimitIsOne() {
    List<Score> scores =
        List.of(
            new Score("FluxBenchmark source=polled", Side.TREADLE, 8.25, Double.NaN),
            new Score("FluxBenchmark source=polled", Side.SUBSCRIBER, 2, Double.NaN));

    assertThat(lastLine(scores))
        .isEqualTo(
            "| `for` over a `Flux.range` | 8.3 ns |  |  |  |"
                + " 5 ns over a bare subscriber | 6.2 ns | **missed** by 24 % |");
  }

  @Test
  void shouldLeaveOutRowsWhenOneSideWasNotMeasured() {
    List<Score> scores = List.of(new Score("SpawnBenchmark", Side.TREADLE, 200, Double.NaN));

    assertThat(new ResultsTable(scores).toMarkdown().lines()).hasSize(2);
  }

  private static String lastLine(List<Score> scores) {
    return new ResultsTable(scores).toMarkdown().lines().toList().getLast();
  }
}
