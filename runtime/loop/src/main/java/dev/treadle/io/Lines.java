package dev.treadle.io;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The lines of a reader; asked whether there is one it has to read it. */
final class Lines implements Iterator<String> {
  private final StreamReader reader;
  private @Nullable String next;
  private boolean ended;

  Lines(StreamReader reader) {
    this.reader = reader;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      next = reader.readLine();
      ended = next == null;
    }
    return next != null;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more lines: reader=" + reader);
    }
    String line = next;
    next = null;
    if (line == null) {
      throw new AssertionError("hasNext() without a line");
    }
    return line;
  }
}
