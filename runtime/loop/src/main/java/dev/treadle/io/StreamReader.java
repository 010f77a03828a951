package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.WaitQueue;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that come, for a task to read: asyncio's {@code StreamReader}.
 *
 * <pre>{@code
 * for (String header = reader.readLine(); header != null && !header.isEmpty(); header = reader.readLine()) {
 *   headers.add(header);
 * }
 * byte[] body = reader.readExactly(length);
 * }</pre>
 *
 * <p>A read that has what it needs at hand does not suspend. While more than the high-water mark is
 * buffered, nothing more is taken from the source, unless a read needs it; below the low one it
 * goes on. A cancelled read has consumed nothing. What came before the source failed is read first;
 * then each read throws the failure.
 *
 * <p>One task at a time may read (trio's rule): a second would get bytes out of the middle of the
 * first's. Confined to its loop's thread.
 */
public final class StreamReader {
  /** The most a line may have where no other limit is given. */
  static final int LINE_LIMIT = 64 << 10;

  /** The longest array a JVM makes. */
  private static final int MOST_ARRAY = Integer.MAX_VALUE - 8;

  private final Loop loop;
  private final Object owner;
  private final Source source;
  private final int low;
  private final int high;
  private final Chunks chunks = new Chunks();
  private final WaitQueue<Boolean> waiter = new WaitQueue<>();
  private @Nullable SeparatorSearch search;

  /** The task that waits for more, until it runs again. */
  private @Nullable Task<?> reading;

  /** How many bytes it waits for; less than one: for what the search looks for. */
  private long needed;

  private boolean paused;
  private boolean ended;
  private @Nullable IOException failure;

  /**
   * A reader of what is fed to it.
   *
   * @param owner what messages and dumps call it, by its {@code toString}
   * @param low in bytes; the source goes on when no more are buffered
   * @param high in bytes; the source is paused when more are buffered
   */
  StreamReader(Loop loop, Object owner, Source source, int low, int high) {
    this.loop = loop;
    this.owner = owner;
    this.source = source;
    this.low = low;
    this.high = high;
  }

  /**
   * Reads what is there, at least one byte; waits while there is none.
   *
   * @param most how many bytes at most
   * @return null at the end
   * @throws UncheckedIOException if the source has failed
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public byte @Nullable [] read(int most) {
    if (most <= 0) {
      throw new IllegalArgumentException("read() of nothing: most=" + most + "; ask for a byte");
    }
    return awaitAny("read") ? chunks(most) : null;
  }

  private byte[] chunks(int most) {
    return consumed(chunks.take((int) Math.min(most, chunks.size())));
  }

  /**
   * The same into a buffer, as much as has room there.
   *
   * @return how many bytes; -1 at the end
   * @throws IllegalArgumentException if it has no room
   */
  public int read(ByteBuffer into) {
    if (!into.hasRemaining()) {
      throw new IllegalArgumentException(
          "read() into a full buffer: buffer=" + into + "; clear it");
    }
    if (!awaitAny("read")) {
      return -1;
    }
    int before = into.position();
    chunks.take(into);
    lookIfLow();
    return into.position() - before;
  }

  /**
   * Reads what is there, as the buffer it came in, without a copy; waits while there is nothing.
   *
   * @return for the caller to release, or to hand on to {@link StreamWriter#write(ByteBuf)}, which
   *     does; null at the end
   * @throws UncheckedIOException if the source has failed
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public @Nullable ByteBuf readBuffer() {
    awaitAny("readBuffer");
    ByteBuf first = chunks.takeFirst();
    lookIfLow();
    return first;
  }

  /**
   * Reads exactly so many bytes.
   *
   * @throws IncompleteReadException if the stream ends before; what there was is consumed
   * @throws UncheckedIOException if the source has failed
   * @throws Cancelled if the task's scope is cancelled; nothing is consumed
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public byte[] readExactly(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("readExactly() of less than nothing: count=" + count);
    }
    await("readExactly", count);
    if (chunks.size() >= count) {
      return consumed(chunks.take(count));
    }
    throwIfFailed("readExactly");
    throw new IncompleteReadException(owner, rest(), count);
  }

  /**
   * Reads up to and with a separator.
   *
   * @param limit how many bytes may come before the separator
   * @return what came before it, and the separator
   * @throws LimitExceededException if more comes before it; nothing is consumed
   * @throws IncompleteReadException if the stream ends before; what there was is consumed
   * @throws UncheckedIOException if the source has failed
   * @throws Cancelled if the task's scope is cancelled; nothing is consumed
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public byte[] readUntil(byte[] separator, int limit) {
    if (separator.length == 0) {
      throw new IllegalArgumentException("readUntil() nothing: separator=[]; give a byte or more");
    }
    Task<?> task = begin("readUntil");
    SeparatorSearch looking = search(limit);
    looking.start(separator, limit);
    find(task, "readUntil", looking);
    if (looking.isFound()) {
      return consumed(chunks.take(looking.end()));
    }
    throwIfFailed("readUntil");
    throw new IncompleteReadException(owner, rest(), -1);
  }

  /**
   * Reads a line of up to 64 KiB, see {@link #readLine(int)}.
   *
   * @return null at the end
   */
  public @Nullable String readLine() {
    return readLine(LINE_LIMIT);
  }

  /**
   * Reads a line, which ends with {@code \n} or {@code \r\n} or the stream's end. It is decoded as
   * UTF-8; what is none becomes {@code U+FFFD}.
   *
   * @param limit how many bytes it may have, without its end
   * @return the line without its end; null at the stream's
   * @throws LimitExceededException if it has more; nothing is consumed
   * @throws UncheckedIOException if the source has failed
   * @throws Cancelled if the task's scope is cancelled; nothing is consumed
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public @Nullable String readLine(int limit) {
    Task<?> task = begin("readLine");
    SeparatorSearch looking = search(limit);
    looking.startLine(limit);
    find(task, "readLine", looking);
    if (looking.isFound()) {
      int content = looking.content();
      byte[] line = chunks.take(content);
      chunks.skip(looking.end() - content);
      return text(consumed(line));
    }
    throwIfFailed("readLine");
    if (chunks.size() > limit) {
      // By a carriage return that might have been half of the line's end.
      throw new LimitExceededException(owner, "readLine", limit);
    }
    return chunks.size() == 0 ? null : text(rest());
  }

  /**
   * The lines, each read by {@link #readLine()} when it is asked for, up to the end. May be asked
   * again after a loop was left: it goes on.
   */
  public Iterable<String> lines() {
    return () -> new Lines(this);
  }

  /**
   * Reads all there is up to the end.
   *
   * @param limit how many bytes that may be
   * @throws LimitExceededException if there is more; nothing is consumed
   * @throws UncheckedIOException if the source has failed; nothing is consumed
   * @throws Cancelled if the task's scope is cancelled; nothing is consumed
   * @throws IllegalStateException outside a task, or while another task reads
   */
  public byte[] readAll(int limit) {
    requireLimit(limit);
    await("readAll", limit + 1L);
    if (chunks.size() > limit) {
      throw new LimitExceededException(owner, "readAll", limit);
    }
    throwIfFailed("readAll");
    return rest();
  }

  /** How many bytes are buffered: so many can be read without waiting. */
  public long buffered() {
    Confinement.requireThread(loop, "buffered");
    return chunks.size();
  }

  /** Whether the end has come and everything before it is read: asyncio's {@code at_eof}. */
  public boolean isAtEnd() {
    Confinement.requireThread(loop, "isAtEnd");
    return ended && chunks.size() == 0;
  }

  @Override
  public String toString() {
    return "StreamReader["
        + owner
        + " buffered="
        + chunks.size()
        + (failure != null ? " failed]" : ended ? " ended]" : "]");
  }

  /** Takes the buffer over; on the loop's thread. */
  void feed(ByteBuf bytes) {
    if (ended) {
      bytes.release();
      return;
    }
    SeparatorSearch looking = search;
    if (reading != null && needed == 0 && looking != null) {
      looking.look(bytes);
    }
    chunks.add(bytes);
    if (reading != null) {
      if (!isSatisfied()) {
        return;
      }
      waiter.wake(true);
    }
    if (!paused && chunks.size() > high) {
      paused = true;
      source.pause();
    }
  }

  /** Nothing more comes. */
  void end() {
    ended = true;
    waiter.wake(true);
  }

  /** Nothing more comes, because the source has failed; the first failure stays. */
  void fail(Throwable cause) {
    if (!ended) {
      failure = cause instanceof IOException io ? io : new IOException(cause);
      end();
    }
  }

  /** Drops what is buffered: nobody will read it. */
  void discard(IOException why) {
    chunks.release();
    failure = why;
    end();
  }

  /** Holds on to what is buffered in a way that nobody has to release. */
  void detach() {
    chunks.moveToHeap();
  }

  boolean failedWith(Throwable cause) {
    return failure == cause;
  }

  private boolean awaitAny(String operation) {
    await(operation, 1);
    if (chunks.size() > 0) {
      return true;
    }
    throwIfFailed(operation);
    return false;
  }

  private void await(String operation, long count) {
    Task<?> task = begin(operation);
    if (chunks.size() < count && !ended) {
      needed = count;
      park(task, operation);
    }
  }

  private SeparatorSearch search(int limit) {
    requireLimit(limit);
    SeparatorSearch looking = search;
    if (looking == null) {
      looking = new SeparatorSearch();
      search = looking;
    }
    return looking;
  }

  private void find(Task<?> task, String operation, SeparatorSearch looking) {
    chunks.search(looking);
    if (!looking.isDone() && !ended) {
      needed = 0;
      park(task, operation);
    }
    if (looking.isOver()) {
      throw new LimitExceededException(owner, operation, looking.limit());
    }
  }

  private Task<?> begin(String operation) {
    Task<?> task = Confinement.enter(loop, operation);
    if (reading != null) {
      throw new IllegalStateException(
          operation
              + "() while another task reads: stream="
              + owner
              + " reader=task '"
              + reading.name()
              + "' task='"
              + task.name()
              + "'; let one task read and hand on what it reads");
    }
    return task;
  }

  private void park(Task<?> task, String operation) {
    reading = task;
    try {
      if (paused) {
        paused = false;
        // May feed at once.
        source.resume();
      }
      if (!isSatisfied()) {
        waiter.park(operation, owner, null);
      }
    } finally {
      reading = null;
    }
  }

  /** Whether the task that reads need not wait any more. */
  private boolean isSatisfied() {
    return ended || (needed > 0 ? chunks.size() >= needed : search != null && search.isDone());
  }

  private byte[] consumed(byte[] bytes) {
    lookIfLow();
    return bytes;
  }

  private void lookIfLow() {
    if (paused && chunks.size() <= low) {
      paused = false;
      source.resume();
    }
  }

  private byte[] rest() {
    return chunks.take(Math.toIntExact(chunks.size()));
  }

  private void throwIfFailed(String operation) {
    IOException cause = failure;
    if (cause != null) {
      throw new UncheckedIOException(
          operation + "() failed: stream=" + owner + " cause=" + cause.getMessage(), cause);
    }
  }

  private static void requireLimit(int limit) {
    if (limit < 0 || limit > MOST_ARRAY) {
      throw new IllegalArgumentException(
          "no such limit: limit=" + limit + "; give one from 0 to " + MOST_ARRAY);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
