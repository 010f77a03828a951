package dev.treadle.io;

import java.io.IOException;
import java.io.InputStream;

/** An output of a child process, to be read on a thread that may block. */
final class ChildInput implements LaneSource.Input {
  private static final long A_MOMENT_MILLIS = 1;

  private final Process process;
  private final InputStream stream;

  ChildInput(Process process, boolean isError) {
    this.process = process;
    this.stream = isError ? process.getErrorStream() : process.getInputStream();
  }

  @Override
  public int read(byte[] into) throws IOException {
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
    // When a child ends, the JDK takes what is left in the pipe and puts it where the next read
    // finds it. This one may have come between.
    try {
      Thread.sleep(A_MOMENT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return stream.read(into);
  }
}
