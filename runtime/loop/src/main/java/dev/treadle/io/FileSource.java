package dev.treadle.io;

import dev.treadle.Treadle;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;

/** A file as the source of a {@link StreamReader}: the task that reads goes to the pool for it. */
final class FileSource implements Source {
  private final InputStream input;

  /** A source of what does not mind that its thread is interrupted. */
  FileSource(InputStream input) {
    this.input = input;
  }

  @Override
  public boolean pull(StreamReader reader) {
    try {
      byte[] bytes = Treadle.onThread(() -> LaneSource.chunk(input::read));
      if (bytes == null) {
        reader.end();
      } else {
        reader.feed(Unpooled.wrappedBuffer(bytes));
      }
    } catch (IOException failure) {
      reader.fail(failure);
    }
    return true;
  }

  @Override
  public void pause() {
    // Nothing comes unasked.
  }

  @Override
  public void resume() {
    // As above.
  }
}
