package dev.treadle.benchmarks.io;

import java.util.Locale;
import java.util.Optional;

/**
 * A promise: one number of ours against that of a rival in the same section.
 *
 * @param title what is compared
 * @param ours the title of our contender
 * @param rival the title of theirs
 * @param figure the number
 * @param limit the factor of the rival's, what it may be more, or what it may be at most
 */
public record Limit(String title, String ours, String rival, Figure figure, double limit) {

  /** The row of the table; says so when a side was not measured. */
  String toMarkdown(Measured measured) {
    Optional<Series> own = measured.series(ours, figure.of);
    Optional<Series> other = measured.series(rival, figure.of);
    String verdict = " | not measured |";
    if (own.isPresent() && (figure.isAbsolute() || other.isPresent())) {
      double theirs = other.map(Series::median).orElse(Double.NaN);
      double value = figure.measured(own.get().median(), theirs);
      double excess = figure.excess(value, limit);
      verdict =
          figure.format(value)
              + " | "
              // Half a rounding error of the arithmetic above must not miss what is met exactly.
              + (excess <= 1e-9
                  ? "met"
                  : String.format(Locale.ROOT, "**missed** by %.0f %%", excess))
              + " |";
    }
    return "| "
        + title
        + " | "
        + cell(measured, ours, own)
        + " | "
        + rival
        + ": "
        + cell(measured, rival, other)
        + " | "
        + figure.limit(limit)
        + " | "
        + verdict
        + "\n";
  }

  private String cell(Measured measured, String contender, Optional<Series> series) {
    return series
        .map(figure::cell)
        .orElseGet(() -> measured.missing().getOrDefault(contender, "not measured"));
  }
}
