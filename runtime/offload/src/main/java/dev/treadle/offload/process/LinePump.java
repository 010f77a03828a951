package dev.treadle.offload.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Reads what a process says on a daemon thread of its own, and gives it line by line. */
final class LinePump implements Runnable {
  /** Where a line is cut. */
  private static final int LIMIT = 8 << 10;

  private static final System.Logger LOG = System.getLogger(WorkerProcess.class.getName());

  private final String name;
  private final InputStream in;
  private final Consumer<? super String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private boolean failed;

  private LinePump(String name, InputStream in, Consumer<? super String> lines) {
    this.name = name;
    this.in = new BufferedInputStream(in);
    this.lines = lines;
  }

  /** Starts; done at the end of the stream. */
  static CompletableFuture<Boolean> start(
      String name, long pid, InputStream in, Consumer<? super String> lines) {
    LinePump pump = new LinePump(name, in, lines);
    Thread.ofPlatform().daemon().name("treadle-output-" + pid).start(pump);
    return pump.done;
  }

  @Override
  public void run() {
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          give();
        } else {
          line.write(next);
          if (line.size() == LIMIT) {
            give();
          }
        }
      }
    } catch (IOException closed) {
      // The same as its end.
    } finally {
      if (line.size() > 0) {
        give();
      }
      done.complete(true);
    }
  }

  private void give() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (failed) {
      // Read on all the same: a full pipe would stop the process.
      return;
    }
    try {
      lines.accept(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    } catch (Throwable failure) {
      failed = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "a handler of output failed and gets no more: process=" + name,
          failure);
    }
  }
}
