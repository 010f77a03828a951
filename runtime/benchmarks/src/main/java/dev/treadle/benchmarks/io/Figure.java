package dev.treadle.benchmarks.io;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A number of a {@link Sample}, and how it is held against a rival's. */
enum Figure {
  PER_SECOND(Sample::perSecond, 1, "/s") {
    @Override
    String limit(double factor) {
      return String.format(Locale.ROOT, "at least %.2f ×", factor);
    }

    @Override
    double excess(double measured, double factor) {
      return 100 * (1 - measured / factor);
    }
  },
  P99(Sample::p99Nanos, 1e-3, " µs"),

  /** Compared by difference; the sample's first number are bytes for each connection. */
  BYTES(Sample::perSecond, 1, " B") {
    @Override
    String limit(double most) {
      return String.format(Locale.ROOT, "at most %,.0f B more", most);
    }

    @Override
    double measured(double ours, double theirs) {
      return Math.rint(ours - theirs);
    }

    @Override
    String format(double measured) {
      return String.format(Locale.ROOT, "%+,.0f B", measured);
    }
  };

  final ToDoubleFunction<Sample> of;
  private final double scale;
  private final String unit;

  Figure(ToDoubleFunction<Sample> of, double scale, String unit) {
    this.of = of;
    this.scale = scale;
    this.unit = unit;
  }

  /** How the table says the limit. */
  String limit(double factor) {
    return String.format(Locale.ROOT, "at most %.2f ×", factor);
  }

  /** What is held against the limit, to the places that are shown. */
  double measured(double ours, double theirs) {
    return Math.rint(100 * ours / theirs) / 100;
  }

  /** By how many per cent it is on the wrong side of the limit; zero or less when it is met. */
  double excess(double measured, double limit) {
    return 100 * (measured / limit - 1);
  }

  String format(double measured) {
    return String.format(Locale.ROOT, "%.2f", measured);
  }

  /** The median and, in brackets, the smallest and the largest round. */
  String cell(Series series) {
    return number(series.median())
        + unit
        + " ("
        + number(series.least())
        + " to "
        + number(series.most())
        + ")";
  }

  private String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value * scale);
  }
}
