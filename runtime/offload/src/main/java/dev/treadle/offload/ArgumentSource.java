package dev.treadle.offload;

import dev.treadle.Cancelled;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Where a map's arguments come from: read in portions, and no longer than is good. */
final class ArgumentSource {
  /** A portion that is not full after that time is sent as it is. */
  static final long SLOW_NANOS = 2_000_000;

  /** Looking at the clock takes longer than many a source does for an argument. */
  private static final int SELDOM = 31;

  private final Iterator<?> iterator;
  private @Nullable Object[] portion = new @Nullable Object[0];
  private int length;
  private long read;
  private boolean isFast;
  private boolean ended;
  private @Nullable Throwable failure;

  ArgumentSource(Iterator<?> iterator) {
    this.iterator = iterator;
  }

  /** How many were read. */
  long read() {
    return read;
  }

  boolean isEnded() {
    return ended;
  }

  /** Reads no more. */
  void end() {
    ended = true;
  }

  /** What the source has thrown, after which it is ended; what it gave before counts. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Reads the next portion: so many, or fewer when they come slowly or end.
   *
   * @return how many
   */
  int take(int most) {
    portion = new @Nullable Object[most];
    length = 0;
    int mask = isFast ? SELDOM : 0;
    long began = System.nanoTime();
    try {
      while (length < most && more()) {
        portion[length] = iterator.next();
        length++;
        if ((length & mask) == 0 && System.nanoTime() - began > SLOW_NANOS) {
          break;
        }
      }
    } catch (Cancelled cancelled) {
      throw cancelled;
    } catch (Throwable thrown) {
      failure = thrown;
      ended = true;
    }
    read += length;
    isFast = length > SELDOM && System.nanoTime() - began < SLOW_NANOS;
    return length;
  }

  private boolean more() {
    ended = !iterator.hasNext();
    return !ended;
  }

  /** The portion, as {@link Chunk} takes it. */
  Object packed() {
    Object packed = Chunk.pack(portion, length);
    portion = new @Nullable Object[0];
    return packed;
  }

  void close() throws Exception {
    ended = true;
    if (iterator instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
