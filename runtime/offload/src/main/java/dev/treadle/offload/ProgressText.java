package dev.treadle.offload;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line of a {@link ProgressBar}: how far, how fast, how long still. */
final class ProgressText {
  private static final int NAME_COLUMNS = 24;
  private static final int LEAST_BAR = 10;
  private static final String CUT = "..";

  private ProgressText() {}

  /**
   * The line, of at most so many columns. The rate is that since the beginning.
   *
   * @param now null when nothing was said yet
   */
  static String line(String name, @Nullable Progress now, Duration elapsed, int columns) {
    String label = padded(name);
    if (now == null) {
      return cut(label + "  waiting", columns);
    }
    double seconds = elapsed.toNanos() / 1e9;
    double rate = seconds > 0 ? now.done() / seconds : 0;
    if (now.total() <= 0) {
      return cut(
          label + "  " + now.done() + "  " + rate(rate) + "  " + time(elapsed) + said(now),
          columns);
    }
    double part = Math.clamp((double) now.done() / now.total(), 0, 1);
    String head = label + String.format(Locale.ROOT, " %3d%% ", (int) (part * 100));
    String tail =
        " "
            + now.done()
            + "/"
            + now.total()
            + "  "
            + rate(rate)
            + "  "
            + (now.done() >= now.total() ? time(elapsed) : "left " + left(now, rate))
            + said(now);
    int room = columns - head.length() - tail.length() - 2;
    return cut(
        room < LEAST_BAR ? head + tail : head + bar(part, Math.min(room, 40)) + tail, columns);
  }

  private static String bar(double part, int width) {
    int full = (int) (part * width);
    String tip = full > 0 && full < width ? ">" : full == 0 ? "" : "=";
    String done = "=".repeat(Math.max(0, full - 1)) + tip;
    return "[" + done + " ".repeat(width - done.length()) + "]";
  }

  private static String left(Progress now, double rate) {
    return rate > 0
        ? time(Duration.ofMillis((long) ((now.total() - now.done()) * 1000 / rate)))
        : "?";
  }

  private static String rate(double rate) {
    if (rate >= 999_500) {
      return String.format(Locale.ROOT, "%.1fM/s", rate / 1e6);
    }
    if (rate >= 9_999.5) {
      return String.format(Locale.ROOT, "%.1fk/s", rate / 1e3);
    }
    return String.format(Locale.ROOT, rate >= 99.95 ? "%.0f/s" : "%.1f/s", rate);
  }

  private static String time(Duration time) {
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  /** A step may say anything; a line stays a line. */
  private static String said(Progress now) {
    String message = now.message().replaceAll("\\p{Cntrl}", " ");
    return message.isEmpty() ? "" : "  " + message;
  }

  /** All names take the same room; what is cut out of a long one is its middle. */
  private static String padded(String name) {
    if (name.length() <= NAME_COLUMNS) {
      return name + " ".repeat(NAME_COLUMNS - name.length());
    }
    int half = (NAME_COLUMNS - CUT.length()) / 2;
    return name.substring(0, half) + CUT + name.substring(name.length() - half);
  }

  private static String cut(String line, int columns) {
    return line.length() <= columns ? line : line.substring(0, columns);
  }
}
