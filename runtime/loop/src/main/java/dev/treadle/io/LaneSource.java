package dev.treadle.io;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A blocking input as the source of a {@link StreamReader}: reads a chunk when one is asked for. A
 * read that nobody waits for any more goes on; what it brings is the next one's.
 */
final class LaneSource implements Source {
  static final int CHUNK = 64 << 10;

  /** Reads into the buffer, and blocks; -1 at the end. */
  interface Input {
    int read(byte[] into) throws IOException;
  }

  private final BlockingLane lane;
  private final String name;
  private final Input input;

  /** Under way, or there and not taken. */
  private @Nullable Ongoing<byte @Nullable []> chunk;

  LaneSource(BlockingLane lane, String name, Input input) {
    this.lane = lane;
    this.name = name;
    this.input = input;
  }

  @Override
  public boolean pull(StreamReader reader) {
    Ongoing<byte @Nullable []> next = chunk;
    if (next == null) {
      next = Ongoing.<byte @Nullable []>on(lane, "input of " + name, () -> chunk(input));
      chunk = next;
    }
    try {
      byte[] bytes = next.await();
      chunk = null;
      if (bytes == null) {
        reader.end();
      } else {
        reader.feed(Unpooled.wrappedBuffer(bytes));
      }
    } catch (IOException failure) {
      chunk = null;
      reader.fail(failure);
    }
    return true;
  }

  /** Nobody is to wait any more for what is under way. */
  void close(IOException why) {
    Ongoing<byte @Nullable []> last = chunk;
    if (last != null) {
      last.fail(why);
    }
  }

  /** Reads what is there, at least a byte; null at the end. Blocks. */
  static byte @Nullable [] chunk(Input input) throws IOException {
    byte[] buffer = new byte[CHUNK];
    int count = input.read(buffer);
    if (count < 0) {
      return null;
    }
    // A line alone must not keep a whole chunk.
    return count == CHUNK ? buffer : Arrays.copyOf(buffer, count);
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
