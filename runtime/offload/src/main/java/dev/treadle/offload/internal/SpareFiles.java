package dev.treadle.offload.internal;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parent's files in memory for arrays, kept for the next ones when their calls are over: to have
 * pages from the system and to map them costs more than to copy. What a call had is lent again only
 * when the one worker that was sent the call has answered it: nobody can be reading it then. All
 * else is freed, and so is what nobody has used for a while. Any thread; what frees takes some
 * milliseconds.
 */
final class SpareFiles implements AutoCloseable {
  /** How many there are at most, lent or not; a worker keeps as many mapped. */
  static final int MOST = 8;

  private static final long MOST_BYTES = 256L << 20;

  /** By how many times a file may be larger than what it is lent for. */
  private static final long MOST_TIMES = 4;

  private final Path directory;
  private final long keepNanos;

  /** Those that no call has, the one that was used last at the end. */
  private final ArrayDeque<LentFile> idle = new ArrayDeque<>();

  private long mostBytes;
  private long bytes;
  private int count;
  private boolean closed;

  /**
   * @param keepNanos how long one is kept that is not used
   */
  SpareFiles(Path directory, long keepNanos) {
    this.directory = directory;
    this.keepNanos = keepNanos;
  }

  long keepNanos() {
    return keepNanos;
  }

  /** One that is free for a value of that size; null when there is none. */
  synchronized @Nullable LentFile take(long size) {
    LentFile best = null;
    for (LentFile each : idle) {
      if (each.capacity >= size
          && each.capacity / MOST_TIMES <= size
          && (best == null || each.capacity <= best.capacity)) {
        best = each;
      }
    }
    if (best != null) {
      idle.remove(best);
    }
    return best;
  }

  /** Whether one more of that size may be made; idle ones go for it. */
  boolean reserve(long size) {
    List<LentFile> replaced = new ArrayList<>();
    synchronized (this) {
      long taken = bytes;
      for (LentFile each : idle) {
        taken -= each.capacity;
      }
      if (closed || count - idle.size() >= MOST || taken + size > mostBytes()) {
        return false;
      }
      while (count >= MOST || bytes + size > mostBytes) {
        replaced.add(forget(idle.removeFirst()));
      }
      count++;
      bytes += size;
    }
    free(replaced);
    return true;
  }

  /** No more than a quarter of all the memory that there is for files: others need some. */
  private long mostBytes() {
    if (mostBytes == 0) {
      mostBytes = Math.min(MOST_BYTES, directory.toFile().getTotalSpace() / 4);
    }
    return mostBytes;
  }

  /** What was reserved was not made. */
  synchronized void unreserve(long size) {
    count--;
    bytes -= size;
  }

  private LentFile forget(LentFile file) {
    unreserve(file.capacity);
    return file;
  }

  /** Its call is over, and nobody reads it: it is for the next. False when none will come. */
  synchronized boolean giveBack(LentFile file, long now) {
    if (closed) {
      return false;
    }
    file.idleSince = now;
    idle.addLast(file);
    return true;
  }

  /** It is not used again: somebody may be reading it. */
  void drop(LentFile file) {
    forgetInTurn(file);
    file.free();
  }

  private synchronized void forgetInTurn(LentFile file) {
    forget(file);
  }

  /** Whether there are any that wait for their next use, or for {@link #letGo}. */
  synchronized boolean isAnyIdle() {
    return !idle.isEmpty();
  }

  /** How much memory there is in them. */
  synchronized long bytes() {
    return bytes;
  }

  /** Frees those that have not been used for long. */
  void letGo(long now) {
    List<LentFile> unused = new ArrayList<>();
    synchronized (this) {
      while (!idle.isEmpty() && now - idle.getFirst().idleSince >= keepNanos) {
        unused.add(forget(idle.removeFirst()));
      }
    }
    free(unused);
  }

  /** Frees all that no call has; false when there were none. */
  boolean letGoOfIdle() {
    List<LentFile> all;
    synchronized (this) {
      all = new ArrayList<>(idle);
      all.forEach(this::forget);
      idle.clear();
    }
    free(all);
    return !all.isEmpty();
  }

  private static void free(List<LentFile> files) {
    for (LentFile each : files) {
      each.free();
    }
  }

  /** Lends no more, and frees what no call has; the rest goes when its calls are over. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    letGoOfIdle();
  }
}
