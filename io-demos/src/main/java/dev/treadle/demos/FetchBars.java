package dev.treadle.demos;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;

import dev.treadle.Action;
import dev.treadle.Task;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bar for each download on a terminal: those under way at the bottom, those that have ended
 * above, where they scroll away.
 */
final class FetchBars implements FetchView {
  private static final Duration PACE = Duration.ofMillis(100);
  private static final String UP = "\r\033[%dA";
  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_BELOW = "\033[J";

  /** A terminal that has become narrower shows less of a bar, and still one line. */
  private static final String WRAP_OFF = "\033[?7l";

  private static final String WRAP_ON = "\033[?7h";

  private final PrintStream out;
  private final int rows;
  private final int columns;
  private final List<FetchBar> active = new ArrayList<>();

  /** What has ended since the last drawing. */
  private final List<String> ended = new ArrayList<>();

  /** How many lines of bars are on the screen, above the cursor. */
  private int drawn;

  FetchBars(PrintStream out, int rows, int columns) {
    this.out = out;
    this.rows = rows;
    this.columns = columns;
  }

  @Override
  public void showWhile(Action<RuntimeException> body) {
    try {
      group(
          "fetch",
          all -> {
            Task<@Nullable Void> drawing = all.spawn("bars", this::redraw);
            body.run();
            drawing.cancel();
          });
    } finally {
      shield(this::draw);
    }
  }

  private void redraw() {
    while (true) {
      draw();
      sleep(PACE);
    }
  }

  /** One piece of text for all, so that nothing flickers; written where it may wait. */
  private void draw() {
    StringBuilder screen = new StringBuilder();
    if (drawn > 0) {
      screen.append(UP.formatted(drawn));
    }
    for (String line : ended) {
      screen.append(line).append(CLEAR_LINE).append('\n');
    }
    ended.clear();
    // The cursor's own line, and one that says how many there is no room for.
    int shown = Math.min(active.size(), Math.max(1, rows - 2));
    screen.append(WRAP_OFF);
    for (FetchBar bar : active.subList(0, shown)) {
      screen.append(bar.text()).append(CLEAR_LINE).append('\n');
    }
    drawn = shown;
    if (shown < active.size()) {
      screen.append("and ").append(active.size() - shown).append(" more").append(CLEAR_LINE);
      screen.append('\n');
      drawn++;
    }
    screen.append(CLEAR_BELOW).append(WRAP_ON);
    String text = screen.toString();
    onThread(
        () -> {
          out.print(text);
          out.flush();
        });
  }

  @Override
  public Meter begin(FetchTarget target) {
    FetchBar bar = new FetchBar(target.name(), columns);
    active.add(bar);
    return new Meter() {
      @Override
      public void expect(long bytes) {
        bar.expect(bytes);
      }

      @Override
      public void add(long bytes) {
        bar.add(bytes);
      }

      @Override
      public void complete() {
        bar.complete();
        ended.add(bar.text());
      }

      @Override
      public void close() {
        active.remove(bar);
        bar.close();
      }
    };
  }

  @Override
  public void failed(String line) {
    ended.add(line);
  }
}
