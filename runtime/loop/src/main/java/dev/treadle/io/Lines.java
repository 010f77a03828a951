package dev.treadle.io;

import dev.treadle.internal.Taking;
import org.jspecify.annotations.Nullable;

/** The lines of a reader; asked whether there is one it has to read it. */
final class Lines extends Taking<String> {
  private final StreamReader reader;

  Lines(StreamReader reader) {
    this.reader = reader;
  }

  @Override
  protected @Nullable String take() {
    return reader.readLine();
  }

  @Override
  protected String atEnd() {
    return "no more lines: reader=" + reader;
  }
}
