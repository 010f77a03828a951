package dev.treadle.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/** What JMH measured, by the names that {@link Row} uses. */
final class JmhScores {
  private JmhScores() {}

  static List<Score> of(Collection<RunResult> results) {
    List<Score> scores = new ArrayList<>();
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      String name = params.getBenchmark();
      side(name.substring(name.lastIndexOf('.') + 1))
          .ifPresent(
              side -> {
                scores.add(score(benchmark(name, params), side, result.getPrimaryResult()));
                result
                    .getSecondaryResults()
                    .forEach(
                        (label, second) ->
                            scores.add(score(simpleClass(name) + " " + label, side, second)));
              });
    }
    return scores;
  }

  /** The class, and its parameter where that is not the same for all. */
  private static String benchmark(String name, BenchmarkParams params) {
    String simple = simpleClass(name);
    return switch (simple) {
      case "SwitchBenchmark" -> simple + " tasks=" + params.getParam("tasks");
      case "FluxBenchmark" -> simple + " source=" + params.getParam("source");
      default -> simple;
    };
  }

  private static String simpleClass(String name) {
    String type = name.substring(0, name.lastIndexOf('.'));
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private static Optional<Side> side(String method) {
    return Stream.of(Side.values()).filter(side -> side.method.equals(method)).findFirst();
  }

  private static Score score(String benchmark, Side side, Result<?> result) {
    // The mean of the iterations, also for a counter, whose own score would be their sum.
    Statistics statistics = result.getStatistics();
    return new Score(benchmark, side, statistics.getMean(), statistics.getMeanErrorAt(0.999));
  }
}
