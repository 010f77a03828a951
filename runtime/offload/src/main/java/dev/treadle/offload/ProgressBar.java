package dev.treadle.offload;

import dev.treadle.Treadle;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far calls and maps are, a line for each: name, bar, rate since the beginning, time
 * left.
 *
 * <pre>{@code
 * try (Results<Page> pages = pool.map(Main::render, sources);
 *     ProgressBar bar = ProgressBar.show(pages)) {
 *   for (Page page : pages) store(page);
 * }
 * }</pre>
 *
 * <p>On a terminal the lines are drawn again ten times a second, and stay at the end. Elsewhere, in
 * a log, each gets a line every ten seconds, and one at its end. It is written to standard error,
 * by a thread of its own, so that a slow terminal holds up nobody. What the program itself prints
 * meanwhile comes between the lines.
 *
 * <p>Any thread.
 */
public final class ProgressBar implements AutoCloseable {
  /** How often a line is written where there is no terminal. */
  static final Duration SELDOM = Duration.ofSeconds(10);

  private static final int COLUMNS = 80;
  private static final String UP = "\r\033[%dA";
  private static final String CLEAR_LINE = "\033[K";

  /** A terminal that is narrower than is thought shows less of a line, and still one. */
  private static final String WRAP_OFF = "\033[?7l";

  private static final String WRAP_ON = "\033[?7h";

  private final PrintStream out;
  private final boolean terminal;
  private final int columns;
  private final Duration seldom;
  private final long began = System.nanoTime();
  private final List<Line> lines = new ArrayList<>();
  private final CompletableFuture<@Nullable Void> closing = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

  /** How many lines are on the screen, above the cursor. */
  private int drawn;

  ProgressBar(
      PrintStream out,
      boolean terminal,
      int columns,
      Duration seldom,
      List<? extends ProgressSource> sources) {
    this.out = out;
    this.terminal = terminal;
    this.columns = columns;
    this.seldom = seldom;
    for (ProgressSource source : sources) {
      lines.add(new Line(Objects.requireNonNull(source, "source")));
    }
    Thread.ofPlatform().daemon().name("treadle-progress-bar").start(this::run);
  }

  /**
   * Shows these on standard error from now on, until it is closed: 80 columns wide, or as the
   * variable {@code COLUMNS} of the environment says.
   */
  public static ProgressBar show(ProgressSource... sources) {
    Console console = System.console();
    return show(System.err, console != null && console.isTerminal(), environment(), sources);
  }

  /**
   * The same on any stream.
   *
   * @param terminal whether it is a terminal that knows ANSI's escape sequences
   * @param columns how wide a line may become
   * @throws IllegalArgumentException if that is not positive
   */
  public static ProgressBar show(
      PrintStream out, boolean terminal, int columns, ProgressSource... sources) {
    if (columns <= 0) {
      throw new IllegalArgumentException(
          "a progress bar needs room: columns=" + columns + "; give a positive number");
    }
    return new ProgressBar(
        Objects.requireNonNull(out, "out"), terminal, columns, SELDOM, List.of(sources));
  }

  private static int environment() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9]\\d{0,3}")
        ? Integer.parseInt(columns)
        : COLUMNS;
  }

  private void run() {
    try {
      do {
        draw(false);
      } while (!isClosed(terminal ? ProgressTicker.PACE : seldom));
      draw(true);
    } finally {
      ended.complete(null);
    }
  }

  /** Waits so long, or until it is closed. */
  private boolean isClosed(Duration most) {
    try {
      closing.get(most.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException goesOn) {
      return false;
    } catch (Exception interrupted) {
      return true;
    }
  }

  /** One piece of text for all, so that nothing flickers. */
  private void draw(boolean last) {
    StringBuilder text = new StringBuilder();
    if (terminal) {
      if (drawn > 0) {
        text.append(UP.formatted(drawn));
      }
      text.append(WRAP_OFF);
      for (Line line : lines) {
        text.append(line.text()).append(CLEAR_LINE).append('\n');
      }
      text.append(WRAP_ON);
      drawn = lines.size();
    } else {
      for (Line line : lines) {
        if (line.isNews(last)) {
          text.append(line.text()).append('\n');
        }
      }
    }
    out.print(text);
    out.flush();
  }

  /**
   * Draws once more as it is now, and stops. Waits for that: suspends a task, also in a cancelled
   * scope, and blocks another thread. Does nothing the second time.
   */
  @Override
  public void close() {
    closing.complete(null);
    if (Treadle.currentTask() == null) {
      ended.join();
    } else {
      Treadle.shield(() -> Treadle.await(ended.copy()));
    }
  }

  /** What is shown of one source; the drawing thread's own. */
  private final class Line {
    private final ProgressSource source;
    private @Nullable Duration end;
    private boolean told;

    Line(ProgressSource source) {
      this.source = source;
    }

    String text() {
      if (end == null && source.isDone()) {
        end = elapsed();
      }
      Duration time = end == null ? elapsed() : end;
      // The last line's column stays free: a full line would move the cursor on.
      return ProgressText.line(source.name(), source.progress(), time, columns - 1);
    }

    /** Whether there is something to be said in a log: while it goes on, and once at its end. */
    boolean isNews(boolean last) {
      boolean done = source.isDone();
      boolean news = !told && (done || last || source.progress() != null);
      told = done || last;
      return news;
    }

    private Duration elapsed() {
      return Duration.ofNanos(System.nanoTime() - began);
    }
  }
}
