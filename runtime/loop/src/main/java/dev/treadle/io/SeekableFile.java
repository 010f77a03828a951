package dev.treadle.io;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;

import dev.treadle.Block;
import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.sync.AsyncLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open file that is read and written anywhere: from {@link AsyncFiles#openSeekable}. The {@code
 * seek}, {@code tell} and {@code truncate} of Python's files, as aiofiles and trio's {@code
 * open_file} have them, and reads and writes that name their place.
 *
 * <pre>{@code
 * try (var file = AsyncFiles.openSeekable(path, READ, WRITE)) {
 *   byte[] header = file.readAt(0, 16);
 *   file.writeAt(file.size(), record);
 * }
 * }</pre>
 *
 * <p>Each operation runs on a thread of the loop's pool, {@link dev.treadle.Treadle#onThread}, and
 * counts for its limiter. What names its place may go on in several tasks at once. What uses the
 * position, {@link #read}, {@link #write} and the two {@code position}s, is done one after the
 * other, in the order of the calls.
 *
 * <p>An operation in a scope that is cancelled already does nothing and throws {@link Cancelled};
 * one that has begun is waited for, and gives its result. All of these suspend. They throw {@link
 * UncheckedIOException} with the path and the reason if the file system refuses or the file is
 * closed, and {@link IllegalStateException} outside a task, and if the file is not open for that.
 *
 * <p>Confined to the thread of the loop that opened it.
 */
public final class SeekableFile implements AutoCloseable {
  private final Loop loop = Loop.current();
  private final Path path;
  private final FileChannel channel;
  private final boolean readable;
  private final boolean writable;
  private final AsyncLock cursor = new AsyncLock();
  private long position;
  private boolean closed;

  SeekableFile(Path path, FileChannel channel, Set<OpenOption> options) {
    this.path = path;
    this.channel = channel;
    this.writable = options.contains(StandardOpenOption.WRITE);
    this.readable = options.contains(StandardOpenOption.READ) || !writable;
  }

  /**
   * What is at a place in the file: so many bytes, or fewer if it ends before.
   *
   * @return null at the end of the file and after it
   * @throws IllegalArgumentException if the place or the number is negative
   */
  public byte @Nullable [] readAt(long place, int most) {
    requireReadable("readAt");
    requirePlace("readAt", place, most);
    return this.<byte @Nullable []>on("readAt", () -> bytesAt(place, most));
  }

  /**
   * The same into a buffer, as much as there is room for.
   *
   * @return how many bytes; -1 at the end of the file and after it
   * @throws IllegalArgumentException if the place is negative
   */
  public int readAt(long place, ByteBuffer into) {
    requireReadable("readAt");
    requirePlace("readAt", place, into.remaining());
    return this.<Integer>on("readAt", () -> fill(place, into));
  }

  /**
   * Writes all of the bytes at a place in the file. After its end, what lies between is zeros.
   *
   * @throws IllegalArgumentException if the place is negative
   */
  public void writeAt(long place, byte[] bytes) {
    writeAt(place, ByteBuffer.wrap(bytes));
  }

  /** The same for what remains in the buffer, which is consumed. */
  public void writeAt(long place, ByteBuffer bytes) {
    requireWritable("writeAt");
    requirePlace("writeAt", place, bytes.remaining());
    this.<@Nullable Void>on("writeAt", () -> drain(place, bytes));
  }

  /** What is at the position, as {@link #readAt(long, int)}; the position is after it then. */
  public byte @Nullable [] read(int most) {
    requireReadable("read");
    requirePlace("read", 0, most);
    return inTurn(
        () -> {
          byte[] bytes = this.<byte @Nullable []>on("read", () -> bytesAt(position, most));
          position += bytes == null ? 0 : bytes.length;
          return bytes;
        });
  }

  /** Writes all of the bytes at the position, which is after them then. */
  public void write(byte[] bytes) {
    requireWritable("write");
    this.<@Nullable Void>inTurn(
        () -> {
          on("write", () -> drain(position, ByteBuffer.wrap(bytes)));
          position += bytes.length;
          return null;
        });
  }

  /** Where the next {@link #read} or {@link #write} is; 0 at first. Python's {@code tell}. */
  public long position() {
    Confinement.enter(loop, "position");
    return this.<Long>inTurn(() -> position);
  }

  /**
   * Sets where the next {@link #read} or {@link #write} is, which may be after the end. Python's
   * {@code seek}.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public void position(long place) {
    Confinement.enter(loop, "position");
    requirePlace("position", place, 0);
    this.<@Nullable Void>inTurn(
        () -> {
          position = place;
          return null;
        });
  }

  /** How many bytes the file has. */
  public long size() {
    Confinement.enter(loop, "size");
    return this.<Long>on("size", channel::size);
  }

  /**
   * Makes the file so long: what is after that is gone, what was not there before is zeros. The
   * position stays.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public void truncate(long size) {
    requireWritable("truncate");
    requirePlace("truncate", size, 0);
    this.<@Nullable Void>on("truncate", () -> resize(size));
  }

  /** Waits until all that was written, the file's size with it, is on the disk: {@code fsync}. */
  public void force() {
    Confinement.enter(loop, "force");
    this.<@Nullable Void>on(
        "force",
        () -> {
          channel.force(true);
          return null;
        });
  }

  private byte @Nullable [] bytesAt(long place, int most) throws IOException {
    // A file's own length bounds what is made ready for it.
    long there = Math.max(0, channel.size() - place);
    if (there == 0 && most > 0) {
      return null;
    }
    byte[] bytes = new byte[(int) Math.min(most, there)];
    int count = Math.max(0, fill(place, ByteBuffer.wrap(bytes)));
    return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
  }

  private int fill(long place, ByteBuffer into) throws IOException {
    int count = 0;
    while (into.hasRemaining()) {
      int more = channel.read(into, place + count);
      if (more < 0) {
        return count == 0 ? -1 : count;
      }
      count += more;
    }
    return count;
  }

  private @Nullable Void drain(long place, ByteBuffer bytes) throws IOException {
    long at = place;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return null;
  }

  private @Nullable Void resize(long size) throws IOException {
    if (size <= channel.size()) {
      channel.truncate(size);
    } else {
      // The JDK's does not make it longer.
      drain(size - 1, ByteBuffer.allocate(1));
    }
    return null;
  }

  private <T extends @Nullable Object> T inTurn(Block<T, RuntimeException> operation) {
    return cursor.run(operation::run);
  }

  /** On the pool, uninterrupted: a channel whose thread is interrupted closes itself. */
  private <T extends @Nullable Object> T on(String operation, Block<T, IOException> block) {
    Confinement.enter(loop, operation);
    try {
      return shield(() -> onThread(block));
    } catch (IOException failure) {
      throw Failed.on(operation, "path=" + path, failure);
    }
  }

  /** The file, as it was given. */
  public Path path() {
    return path;
  }

  /**
   * Closes the file; waits for that, also in a cancelled scope. Operations of other tasks that have
   * not ended fail. Does nothing the second time.
   *
   * @throws UncheckedIOException if that fails
   * @throws IllegalStateException outside a task
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    FileEnd.close(path, () -> onThread(channel::close), channel::close);
  }

  @Override
  public String toString() {
    return "SeekableFile["
        + path
        + (readable ? writable ? " reading and writing" : " reading" : " writing")
        + (closed ? " closed]" : "]");
  }

  private void requireReadable(String operation) {
    Confinement.enter(loop, operation);
    if (!readable) {
      throw new IllegalStateException(
          operation
              + "() of a file not open for reading: path="
              + path
              + "; open it with StandardOpenOption.READ, too");
    }
  }

  private void requireWritable(String operation) {
    Confinement.enter(loop, operation);
    if (!writable) {
      throw new IllegalStateException(
          operation
              + "() of a file not open for writing: path="
              + path
              + "; open it with StandardOpenOption.WRITE, too");
    }
  }

  private void requirePlace(String operation, long place, int count) {
    if (place < 0 || count < 0) {
      throw new IllegalArgumentException(
          operation
              + "() of no such place: path="
              + path
              + " place="
              + place
              + " count="
              + count
              + "; give 0 or more");
    }
  }
}
