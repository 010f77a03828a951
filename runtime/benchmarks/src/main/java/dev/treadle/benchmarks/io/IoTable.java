package dev.treadle.benchmarks.io;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What was measured as Markdown: the limits first, then every contender of every section. */
public final class IoTable {
  /**
   * A section and what is promised of it.
   *
   * @param load whether its samples tell of processors, too
   */
  public record Part(Measured measured, List<Limit> limits, Figure figure, boolean load) {}

  private final List<Part> parts;

  public IoTable(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  public String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("| | Treadle | rival | limit | measured | |\n");
    text.append("| --- | ---: | ---: | --- | ---: | --- |\n");
    for (Part part : parts) {
      part.limits().forEach(limit -> text.append(limit.toMarkdown(part.measured())));
    }
    parts.forEach(part -> append(part, text));
    return text.toString();
  }

  private static void append(Part part, StringBuilder text) {
    Measured measured = part.measured();
    text.append("\n**%s**, median of %d rounds\n\n".formatted(measured.title(), measured.rounds()));
    text.append(
        part.load()
            ? "| | requests | p99 | server's core | for each | client's core |\n"
                + "| --- | ---: | ---: | ---: | ---: | ---: |\n"
            : "| | measured |\n| --- | ---: |\n");
    for (String contender : measured.contenders()) {
      text.append("| ").append(contender).append(" | ");
      text.append(part.figure().cell(series(measured, contender, part.figure()))).append(" |");
      if (part.load()) {
        text.append(' ').append(Figure.P99.cell(series(measured, contender, Figure.P99)));
        text.append(" | ").append(percent(measured, contender, Sample::serverCpu));
        text.append(" | ").append(cpuEach(measured, contender));
        text.append(" | ").append(percent(measured, contender, Sample::clientCpu)).append(" |");
      }
      text.append('\n');
    }
    measured
        .missing()
        .forEach((contender, reason) -> text.append("| %s | %s |\n".formatted(contender, reason)));
  }

  private static Series series(Measured measured, String contender, Figure figure) {
    return measured.series(contender, figure.of).orElseThrow();
  }

  /** Says more than the rate does where others took the core away. */
  private static String cpuEach(Measured measured, String contender) {
    ToDoubleFunction<Sample> micros = sample -> 1e6 * sample.serverCpu() / sample.perSecond();
    double median = measured.series(contender, micros).orElseThrow().median();
    return String.format(Locale.ROOT, "%.1f µs", median);
  }

  private static String percent(
      Measured measured, String contender, ToDoubleFunction<Sample> share) {
    double median = measured.series(contender, share).orElseThrow().median();
    return String.format(Locale.ROOT, "%.0f %%", 100 * median);
  }
}
