package dev.treadle.offload.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A page that a parent and one worker both map: what runs, what must not, and how far it is. It is
 * what makes a kill exact: a call is either certainly inside its worker and never answers ({@link
 * #doom} is true), or that worker is not to be killed for it. Calls are numbered from 1 on,
 * growing, with at most 64 under way. The worker's methods are for its main thread, the parent's
 * for one thread at a time; {@link #progress(long, long, long, String)} is for any thread.
 *
 * <p>A view of a byte buffer, not of a memory segment: the latter's handles cost a worker's start
 * ten milliseconds.
 */
public final class Board implements AutoCloseable {
  /** What {@link #begin} says: it runs; it was revoked; it was doomed, never answer anything. */
  static final int RUN = 0;

  static final int REVOKED = 1;
  static final int DOOMED = 2;

  private static final int SIZE = 4096;
  private static final long DOOM = -1;

  // The worker's, the parent's and the progress lie in lines of their own.
  private static final int RUNNING = 64;
  private static final int BEGUN = 72;
  private static final int REVOKES = 512;
  private static final int VERSION = 1024;
  private static final int SEQ = 1032;
  private static final int DONE = 1040;
  private static final int TOTAL = 1048;
  private static final int LENGTH = 1056;
  private static final int MESSAGE = 1064;
  private static final int MAX_MESSAGE = 512;

  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ByteBuffer page;
  private final @Nullable Arena arena;

  private Board(ByteBuffer page, @Nullable Arena arena) {
    this.page = page.order(ByteOrder.nativeOrder());
    this.arena = arena;
  }

  /** The parent's: makes the file, filled with zeros: a hole could end a worker by a full disk. */
  public static Board create(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(SIZE);
      while (zeros.hasRemaining()) {
        channel.write(zeros);
      }
      Arena arena = Arena.ofShared();
      return new Board(channel.map(MapMode.READ_WRITE, 0, SIZE, arena).asByteBuffer(), arena);
    }
  }

  /** The worker's. */
  public static Board open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != SIZE) {
        throw new IOException(
            "opening a board: file="
                + file
                + " size="
                + channel.size()
                + "; parent and worker must"
                + " be of the same version");
      }
      // Not the map() that gives a buffer: that one makes it by reflection, for 30 ms.
      return new Board(
          channel.map(MapMode.READ_WRITE, 0, SIZE, Arena.global()).asByteBuffer(), null);
    }
  }

  /** Worker, before a call: {@link #RUN}, {@link #REVOKED} or {@link #DOOMED}. */
  int begin(long seq) {
    LONGS.setVolatile(page, RUNNING, seq);
    // Announced first, then looked: a parent that revokes and then finds nothing running knows
    // that the revocation will be seen.
    if ((long) LONGS.getVolatile(page, slot(seq)) == seq) {
      return end(seq) ? REVOKED : DOOMED;
    }
    LONGS.setVolatile(page, BEGUN, seq);
    return RUN;
  }

  /** Worker, after a call, before its answer: false when it was doomed; it then never answers. */
  boolean end(long seq) {
    return LONGS.compareAndSet(page, RUNNING, seq, 0L);
  }

  /** Parent: true when that call runs and now never answers; the worker must then be killed. */
  public boolean doom(long seq) {
    return LONGS.compareAndSet(page, RUNNING, seq, DOOM);
  }

  /**
   * Parent: the call does not begin if it has not; the worker says REVOKED instead of an answer. To
   * be followed by {@link #doom} when the call is to end even if it runs.
   */
  public void revoke(long seq) {
    LONGS.setVolatile(page, slot(seq), seq);
  }

  /** The call that runs; 0 for none, negative for a doomed one. */
  public long running() {
    return (long) LONGS.getVolatile(page, RUNNING);
  }

  /** The call that began last; 0 for none. What was revoked in time has not begun. */
  public long begun() {
    return (long) LONGS.getVolatile(page, BEGUN);
  }

  /**
   * Worker, any thread: says how far that call is. Never waits: while another thread says
   * something, this is dropped.
   */
  void progress(long seq, long done, long total, String message) {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MAX_MESSAGE);
    // Cut between characters: a continuation byte begins with the bits 10.
    while (length > 0 && length < text.length && (text[length] & 0xc0) == 0x80) {
      length--;
    }
    long version = (long) LONGS.getVolatile(page, VERSION);
    if ((version & 1) != 0 || !LONGS.compareAndSet(page, VERSION, version, version + 1)) {
      return;
    }
    LONGS.setVolatile(page, SEQ, seq);
    LONGS.setVolatile(page, DONE, done);
    LONGS.setVolatile(page, TOTAL, total);
    page.put(MESSAGE, text, 0, length);
    LONGS.setVolatile(page, LENGTH, (long) length);
    LONGS.setVolatile(page, VERSION, version + 2);
  }

  /** Parent: what was said last, of whatever call; null when nothing was, or just now is. */
  public @Nullable Report progress() {
    for (int attempt = 0; attempt < 3; attempt++) {
      long version = (long) LONGS.getVolatile(page, VERSION);
      if (version == 0) {
        return null;
      }
      if ((version & 1) != 0) {
        continue;
      }
      long seq = (long) LONGS.getVolatile(page, SEQ);
      long done = (long) LONGS.getVolatile(page, DONE);
      long total = (long) LONGS.getVolatile(page, TOTAL);
      int length = (int) (long) LONGS.getVolatile(page, LENGTH);
      if (length < 0 || length > MAX_MESSAGE) {
        continue;
      }
      byte[] text = new byte[length];
      page.get(MESSAGE, text);
      // The plain reads of the text must not sink below the second look at the version.
      VarHandle.acquireFence();
      if ((long) LONGS.getVolatile(page, VERSION) == version) {
        return new Report(seq, done, total, new String(text, StandardCharsets.UTF_8));
      }
    }
    return null;
  }

  /** Unmaps it; the file is for its directory's owner to delete. Idempotent. */
  @Override
  public void close() {
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static int slot(long seq) {
    return REVOKES + 8 * (int) (seq & 63);
  }

  /**
   * What a call has said of its progress.
   *
   * @param seq which call
   * @param done how much is done
   * @param total of how much; 0 when that is not known
   * @param message what it does; may be empty; cut at 512 bytes
   */
  public record Report(long seq, long done, long total, String message) {}
}
