package dev.treadle.demos;

import java.util.Collection;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How much of the input was read, as a bar on standard error while somebody watches it. */
final class Progress implements AutoCloseable {
  // Asking the terminal would load a library just for that.
  private static final int WIDTH = 79;
  private static final int UPDATE_MILLIS = 100;

  private final @Nullable ProgressBar bar;

  Progress(Terminal terminal, Collection<Input> inputs) {
    this.bar = terminal.errorIsTerminal() ? bar(terminal, inputs) : null;
  }

  /** That many bytes more were read. */
  void add(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private static ProgressBar bar(Terminal terminal, Collection<Input> inputs) {
    boolean known = inputs.stream().allMatch(input -> input.size() >= 0);
    return new ProgressBarBuilder()
        .setTaskName("read")
        .setInitialMax(known ? inputs.stream().mapToLong(Input::size).sum() : -1)
        .setUnit(" MiB", 1 << 20)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
        .build();
  }
}
