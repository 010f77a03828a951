package dev.treadle.benchmarks.io;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A number of a {@link Sample}, and how it is held against a rival's. */
public enum Figure {
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

  /** The time that each takes. */
  MICROS(Figure::nanosEach, 1e-3, " µs"),
  MILLIS(Figure::nanosEach, 1e-6, " ms"),

  /** Held against so many milliseconds, whatever the rival takes. */
  MILLIS_AT_MOST(Figure::nanosEach, 1e-6, " ms", true),

  /** Held against so many microseconds. */
  P99_AT_MOST(Sample::p99Nanos, 1e-3, " µs", true),

  /** The time that each takes, held against by how much the rival's is longer. */
  SPEED_UP(Figure::nanosEach, 1e-6, " ms") {
    @Override
    String limit(double factor) {
      return String.format(Locale.ROOT, "%.2f × as fast", factor);
    }

    @Override
    double measured(double ours, double theirs) {
      return super.measured(theirs, ours);
    }

    @Override
    double excess(double measured, double factor) {
      return 100 * (1 - measured / factor);
    }
  },

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
  private final boolean absolute;

  Figure(ToDoubleFunction<Sample> of, double scale, String unit) {
    this(of, scale, unit, false);
  }

  Figure(ToDoubleFunction<Sample> of, double scale, String unit, boolean absolute) {
    this.of = of;
    this.scale = scale;
    this.unit = unit;
    this.absolute = absolute;
  }

  private static double nanosEach(Sample sample) {
    return 1e9 / sample.perSecond();
  }

  /** Whether the rival's number is there for information only. */
  boolean isAbsolute() {
    return absolute;
  }

  /** How the table says the limit. */
  String limit(double most) {
    return absolute
        ? String.format(Locale.ROOT, "at most %,.0f%s", most, unit)
        : String.format(Locale.ROOT, "at most %.2f ×", most);
  }

  /** What is held against the limit, to the places that are shown. */
  double measured(double ours, double theirs) {
    return absolute ? Math.rint(ours * scale) : Math.rint(100 * ours / theirs) / 100;
  }

  /** By how many per cent it is on the wrong side of the limit; zero or less when it is met. */
  double excess(double measured, double limit) {
    return 100 * (measured / limit - 1);
  }

  String format(double measured) {
    return absolute
        ? String.format(Locale.ROOT, "%,.0f%s", measured, unit)
        : String.format(Locale.ROOT, "%.2f", measured);
  }

  /** The median and, in brackets, the smallest and the largest round. */
  String cell(Series series) {
    return text(series.median())
        + " ("
        + number(series.least())
        + " to "
        + number(series.most())
        + ")";
  }

  /** One round. */
  public String text(Sample sample) {
    return text(of.applyAsDouble(sample));
  }

  private String text(double value) {
    return number(value) + unit;
  }

  private String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value * scale);
  }
}
