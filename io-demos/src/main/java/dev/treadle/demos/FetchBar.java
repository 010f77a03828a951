package dev.treadle.demos;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** The bar of one download, as text; who draws it is another's matter. */
final class FetchBar implements AutoCloseable {
  private static final int NAME_COLUMNS = 24;
  private static final int LEAST_COLUMNS = 60;
  private static final String CUT = "..";
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  /** The library would draw by itself; it is asked to when there is something to be drawn. */
  private static final int NEVER = (int) TimeUnit.DAYS.toMillis(20);

  private final String name;
  private final int columns;
  private long bytes;
  private @Nullable ProgressBar bar;

  /** Set by the library, at first on a thread of its own. */
  private volatile String text;

  FetchBar(String name, int columns) {
    this.name = padded(name);
    this.columns = Math.max(LEAST_COLUMNS, columns);
    this.text = this.name + "  waiting";
  }

  /** There will be that many bytes. */
  void expect(long total) {
    bar = make(total);
  }

  /** That many more have come. */
  void add(long more) {
    bytes += more;
    ProgressBar known = bar;
    if (known == null) {
      known = make(-1);
      bar = known;
    }
    // One less: the library draws again only what has grown, and the end is always to be drawn.
    known.stepTo(bytes - 1);
  }

  /** It is whole. */
  void complete() {
    ProgressBar known = bar;
    if (known == null || bytes == 0) {
      text = name + "  empty";
    } else {
      known.maxHint(bytes);
      known.stepTo(bytes);
    }
  }

  /** As it looks now. */
  String text() {
    if (bar != null && bytes > 0) {
      bar.refresh();
    }
    return text;
  }

  @Override
  public void close() {
    ProgressBar known = bar;
    if (known != null) {
      bar = null;
      // Waits for a thread of the library's.
      shield(() -> onThread(known::close));
    }
  }

  private ProgressBar make(long total) {
    ProgressBarBuilder builder = new ProgressBarBuilder();
    if (total >= 0 && total < 64 * KIB) {
      builder.setUnit(" B", 1);
    } else if (total >= 0 && total < 10 * MIB) {
      builder.setUnit(" KiB", KIB);
    } else {
      builder.setUnit(" MiB", MIB);
    }
    return builder
        .setTaskName(name)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(NEVER)
        .setConsumer(new DelegatingProgressBarConsumer(line -> text = line, columns - 1))
        .build();
  }

  /** All names take the same room; what is cut out of a long one is its middle. */
  private static String padded(String name) {
    if (name.length() <= NAME_COLUMNS) {
      return name + " ".repeat(NAME_COLUMNS - name.length());
    }
    int half = (NAME_COLUMNS - CUT.length()) / 2;
    return name.substring(0, half) + CUT + name.substring(name.length() - half);
  }
}
