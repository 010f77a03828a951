package dev.treadle.offload;

import dev.treadle.offload.internal.WorkerOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A worker's output, cut into lines. Read on the worker's own thread; what it gives its lines to
 * may block, and then the worker is held up by its pipe and nobody else. The last lines may be
 * asked for by any thread.
 */
final class WorkerLines {
  private static final System.Logger LOG = System.getLogger("dev.treadle.offload.ProcessPool");

  /** A longer line is cut, and goes on as the next. */
  static final int MOST_BYTES = 8 * 1024;

  /** What a crash shows. */
  static final int LAST_LINES = 20;

  private final Sink sink;
  private final Line out = new Line(false);
  private final Line err = new Line(true);
  private final ArrayDeque<String> last = new ArrayDeque<>();

  WorkerLines(Sink sink) {
    this.sink = sink;
  }

  /** Reads to the end. */
  void drain(Process process) {
    byte[] bytes = new byte[MOST_BYTES];
    Line current = out;
    try (InputStream stream = process.getInputStream()) {
      for (int count = read(process, stream, bytes);
          count >= 0;
          count = read(process, stream, bytes)) {
        for (int i = 0; i < count; i++) {
          byte next = bytes[i];
          if (next == WorkerOutput.ERR) {
            current = err;
          } else if (next == WorkerOutput.OUT) {
            current = out;
          } else {
            current.add(next);
          }
        }
      }
    } catch (IOException closed) {
      // It is dead, and a child of its own has the pipe.
    }
    out.end();
    err.end();
  }

  /**
   * When a process ends, the JDK takes what is left in the pipe and puts it where the next read
   * finds it. This one may have come between.
   */
  private static int read(Process process, InputStream stream, byte[] into) throws IOException {
    try {
      int count = stream.read(into);
      if (count >= 0 || process.isAlive()) {
        return count;
      }
    } catch (IOException closedMeanwhile) {
      if (process.isAlive()) {
        throw closedMeanwhile;
      }
    }
    try {
      process.waitFor();
      Thread.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return stream.read(into);
  }

  /** The last lines of its standard error or, when it wrote none there, of its output. */
  List<String> last() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  private void line(boolean error, String text) {
    synchronized (last) {
      if (last.size() == LAST_LINES) {
        last.removeFirst();
      }
      last.addLast(text);
    }
    try {
      sink.line(error, text);
    } catch (RuntimeException failure) {
      // Were the rest not read, the worker would wait for ever.
      LOG.log(System.Logger.Level.WARNING, "a line of a worker was lost: line=" + text, failure);
    }
  }

  /** Where the lines go. */
  interface Sink {
    void line(boolean error, String text);
  }

  private final class Line {
    private final boolean error;
    private final byte[] bytes = new byte[MOST_BYTES];
    private int length;

    Line(boolean error) {
      this.error = error;
    }

    void add(byte next) {
      if (next == '\n') {
        give();
        return;
      }
      if (length == MOST_BYTES) {
        give();
      }
      bytes[length] = next;
      length++;
    }

    void end() {
      if (length > 0) {
        give();
      }
    }

    private void give() {
      int end = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
      length = 0;
      line(error, new String(bytes, 0, end, StandardCharsets.UTF_8));
    }
  }
}
