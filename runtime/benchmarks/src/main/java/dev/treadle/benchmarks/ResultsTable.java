package dev.treadle.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Scores as a Markdown table: a row for each comparison, its limit, and whether it is kept. */
final class ResultsTable {
  private final List<Score> scores;

  ResultsTable(List<Score> scores) {
    this.scores = List.copyOf(scores);
  }

  /** The table; rows that were not measured are left out. */
  String toMarkdown() {
    StringBuilder text = new StringBuilder("| |");
    StringBuilder line = new StringBuilder("| --- |");
    for (Side side : columns()) {
      text.append(' ').append(side.title).append(" |");
      line.append(" ---: |");
    }
    text.append(" at most | measured | |\n").append(line).append(" ---: | ---: | --- |\n");
    for (Row row : Row.values()) {
      if (find(row, Side.TREADLE).isPresent() && find(row, row.reference).isPresent()) {
        append(row, text);
      }
    }
    return text.toString();
  }

  private void append(Row row, StringBuilder text) {
    text.append("| ").append(row.title).append(" |");
    for (Side side : columns()) {
      text.append(' ').append(find(row, side).map(s -> cell(s, row)).orElse("")).append(" |");
    }
    double ours = find(row, Side.TREADLE).orElseThrow().value();
    double theirs = find(row, row.reference).orElseThrow().value();
    double measured = row.measured(ours, theirs);
    text.append(' ').append(row.target()).append(" | ").append(row.format(measured)).append(" | ");
    text.append(
        row.isMet(measured)
            ? "met"
            : String.format(Locale.ROOT, "**missed** by %.0f %%", row.excess(measured)));
    text.append(" |\n");
  }

  private static List<Side> columns() {
    return Stream.of(Side.values()).filter(Side::hasColumn).toList();
  }

  private static String cell(Score score, Row row) {
    String value = number(score.value());
    return Double.isNaN(score.error())
        ? value + " " + row.unit
        : value + " ± " + number(score.error()) + " " + row.unit;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%,.0f", value);
  }

  private Optional<Score> find(Row row, Side side) {
    return scores.stream()
        .filter(score -> score.benchmark().equals(row.benchmark) && score.side() == side)
        .findFirst();
  }
}
