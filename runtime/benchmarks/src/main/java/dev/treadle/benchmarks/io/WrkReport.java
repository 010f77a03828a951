package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what wrk prints, line by line. */
final class WrkReport {
  private static final Pattern PERCENTILE_99 = Pattern.compile("\\s*99%\\s+([0-9.]+)(us|ms|s)\\s*");
  private static final Pattern PER_SECOND = Pattern.compile("Requests/sec:\\s+([0-9.]+)\\s*");

  private static final Pattern ONLY_LATE =
      Pattern.compile("\\s*Socket errors: connect 0, read 0, write 0, timeout [0-9]+\\s*");

  private final boolean mayBeLate;
  private double p99Nanos;
  private double perSecond;
  private boolean complete;

  /**
   * Reads one report.
   *
   * @param mayBeLate whether replies may take longer than the two seconds that wrk grants them
   */
  WrkReport(boolean mayBeLate) {
    this.mayBeLate = mayBeLate;
  }

  /**
   * Takes the next line.
   *
   * @throws IOException if it says that replies were missing, late or not 200
   */
  void add(String line) throws IOException {
    if (line.contains("Non-2xx") || line.contains("Socket errors") && !isOnlyLate(line)) {
      throw new IOException("wrk did not get its replies: " + line.strip());
    }
    Matcher p99 = PERCENTILE_99.matcher(line);
    if (p99.matches()) {
      p99Nanos = Double.parseDouble(p99.group(1)) * nanosIn(p99.group(2));
    }
    Matcher rate = PER_SECOND.matcher(line);
    if (rate.matches()) {
      perSecond = Double.parseDouble(rate.group(1));
    }
    complete |= line.startsWith("Transfer/sec:");
  }

  private boolean isOnlyLate(String line) {
    return mayBeLate && ONLY_LATE.matcher(line).matches();
  }

  /** Whether its last line has been seen. */
  boolean isComplete() {
    return complete;
  }

  Sample sample(double serverCpu, double clientCpu) {
    return new Sample(perSecond, p99Nanos, serverCpu, clientCpu);
  }

  private static double nanosIn(String unit) {
    return switch (unit) {
      case "us" -> 1e3;
      case "ms" -> 1e6;
      default -> 1e9;
    };
  }
}
