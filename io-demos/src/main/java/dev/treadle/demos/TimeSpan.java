package dev.treadle.demos;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration as people write it, {@code 50s} or {@code 1m30s}, or in ISO-8601. */
final class TimeSpan implements ITypeConverter<Duration> {
  private static final Duration MOST = Duration.ofDays(36_500);
  private static final Pattern PART = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ms|[smhd])");

  @Override
  public Duration convert(String value) {
    String text = value.strip().toLowerCase(Locale.ROOT);
    Duration span = text.contains("p") ? iso(text) : parts(text);
    if (span.isNegative() || span.compareTo(MOST) > 0) {
      throw new TypeConversionException("give a time from 0s to 36500d");
    }
    return span;
  }

  /** The shortest way to write it. */
  static String text(Duration span) {
    return span.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static Duration iso(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException | ArithmeticException e) {
      throw refused();
    }
  }

  private static Duration parts(String text) {
    boolean negative = text.startsWith("-");
    Matcher part = PART.matcher(text);
    Duration span = Duration.ZERO;
    int at = negative ? 1 : 0;
    do {
      if (!part.find(at) || part.start() != at) {
        throw refused();
      }
      BigDecimal nanos = new BigDecimal(part.group(1)).multiply(nanosOf(part.group(2)));
      BigDecimal seconds = nanos.movePointLeft(9);
      span =
          span.plusSeconds(seconds.longValue())
              .plusNanos(nanos.remainder(BigDecimal.valueOf(1_000_000_000)).longValue());
      at = part.end();
    } while (at < text.length());
    return negative ? span.negated() : span;
  }

  private static BigDecimal nanosOf(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          default -> 86_400_000_000_000L;
        });
  }

  private static TypeConversionException refused() {
    return new TypeConversionException("give a time such as 50s, 2m, 1500ms or PT1M30S");
  }
}
