package dev.treadle.offload.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Files that large values travel in, and the directories they lie in: the first in memory where
 * that is possible, the next on disk; when no directory has room, the value goes through the
 * socket. The sender makes the file, the receiver maps it and deletes its name at once, so that
 * what is mapped lives as long as it is reachable and no longer. Where the receiver copies the
 * value out, as arrays are, a parent has the file back and uses it again: {@link SpareFiles}. Any
 * thread. Blocks for a moment: not for a loop's thread, but for {@link #none()} and where it says
 * so.
 */
public final class Segments implements AutoCloseable {
  /**
   * Where a value is: in the payload; in a file that the reader deletes; in one that stays; in one
   * that comes again with other values.
   */
  static final int INLINE = 0;

  static final int FILE = 1;
  static final int KEPT = 2;
  static final int LENT = 3;

  private static final int CHUNK = 1 << 18;

  // A class, not a method reference: a worker starts without java.lang.invoke.
  private static final Filler WRITE =
      new Filler() {
        @Override
        public int write(FileChannel file, ByteBuffer bytes) throws IOException {
          return file.write(bytes);
        }
      };

  private static final Segments NONE =
      new Segments(null, List.of(), "", Integer.MAX_VALUE, null, WRITE);

  private final @Nullable Path privateDirectory;
  private final List<Path> directories;
  private final String prefix;
  private final int threshold;
  private final @Nullable SpareFiles spares;
  private final Filler filler;
  private @Nullable SeenFiles seen;
  private final AtomicLong count = new AtomicLong();
  private final AtomicBoolean warned = new AtomicBoolean();

  /** How bytes get into a file; tests make it fail as a full disk does. */
  interface Filler {
    int write(FileChannel file, ByteBuffer bytes) throws IOException;
  }

  Segments(
      @Nullable Path privateDirectory,
      List<Path> directories,
      String prefix,
      int threshold,
      @Nullable SpareFiles spares,
      Filler filler) {
    this.privateDirectory = privateDirectory;
    this.directories = directories;
    this.prefix = prefix;
    this.threshold = threshold;
    this.spares = spares;
    this.filler = filler;
  }

  /**
   * The parent's: makes a private directory for the pool (sockets, boards) and one for segments, in
   * memory where that is possible, after sweeping those whose processes are gone.
   *
   * @param threshold from how many bytes on a value goes into a file
   * @param keepNanos how long a file in memory is kept for the next value; 0: not at all
   */
  public static Segments create(int threshold, long keepNanos) throws IOException {
    Path own = Directories.create(Directories.temporary());
    Path memory = Directories.inMemory();
    if (memory == null) {
      return new Segments(own, List.of(own), "p-", threshold, null, WRITE);
    }
    SpareFiles spares = keepNanos > 0 ? new SpareFiles(memory, keepNanos) : null;
    return new Segments(own, List.of(memory, own), "p-", threshold, spares, WRITE);
  }

  /** A worker's, in the parent's directories; its own files' names begin with the prefix. */
  public static Segments open(List<Path> directories, String prefix, int threshold) {
    return new Segments(null, directories, prefix, threshold, null, WRITE);
  }

  /** Everything in the frame. */
  public static Segments none() {
    return NONE;
  }

  /** The parent's: mode 700; sockets and boards go here. Deleted by {@link #close}. */
  public Path privateDirectory() {
    if (privateDirectory == null) {
      throw new IllegalStateException(
          "privateDirectory() of segments that were opened, not created; ask the pool's");
    }
    return privateDirectory;
  }

  /** Where segments go, the best first: for {@link WorkerSetup}. */
  public List<Path> directories() {
    return directories;
  }

  /** From how many bytes on a value goes into a file. */
  public int threshold() {
    return threshold;
  }

  /**
   * Null when no directory has room.
   *
   * @param lend whether the file may be one that is used again
   */
  @Nullable Stored store(MemorySegment memory, boolean lend) {
    Stored lent = lend && spares != null ? lent(spares, memory) : null;
    if (lent != null) {
      return lent;
    }
    int i = 0;
    while (i < directories.size()) {
      try {
        return new Stored(i, write(i, memory), null, 0);
      } catch (IOException full) {
        // What is only kept in case is worth less.
        if (i > 0 || spares == null || !spares.letGoOfIdle()) {
          warn(directories.get(i), full);
          i++;
        }
      }
    }
    return null;
  }

  private @Nullable Stored lent(SpareFiles from, MemorySegment memory) {
    long size = memory.byteSize();
    LentFile file = from.take(size);
    if (file == null && !from.reserve(size)) {
      return null;
    }
    boolean filled = false;
    try {
      if (file == null) {
        file = new LentFile(write(0, memory), size);
      } else {
        file.fill(memory);
      }
      filled = true;
      return new Stored(0, file.path, file, count.incrementAndGet());
    } catch (IOException fullOrGone) {
      return null;
    } finally {
      if (!filled) {
        if (file == null) {
          from.unreserve(size);
        } else {
          from.drop(file);
        }
      }
    }
  }

  private Path write(int directory, MemorySegment memory) throws IOException {
    Path file = directories.get(directory).resolve(prefix + count.incrementAndGet());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      // Written, not mapped: a full memory disk is then an exception here, not a SIGBUS.
      fill(channel, memory);
      return file;
    } catch (IOException full) {
      delete(file);
      throw full;
    }
  }

  private void fill(FileChannel channel, MemorySegment memory) throws IOException {
    long size = memory.byteSize();
    if (memory.isNative()) {
      for (long at = 0; at < size; at += 1 << 30) {
        writeAll(channel, memory.asSlice(at, Math.min(1 << 30, size - at)).asByteBuffer());
      }
      return;
    }
    // A piece at a time, which stays in the cache, instead of a copy of all in native memory.
    ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(CHUNK, size));
    MemorySegment target = MemorySegment.ofBuffer(piece);
    for (long at = 0; at < size; at += piece.capacity()) {
      int length = (int) Math.min(piece.capacity(), size - at);
      MemorySegment.copy(memory, at, target, 0, length);
      writeAll(channel, piece.position(0).limit(length));
      piece.clear();
    }
  }

  private void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      filler.write(channel, bytes);
    }
  }

  private void warn(Path directory, IOException full) {
    if (warned.compareAndSet(false, true)) {
      System.getLogger(Segments.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "storing a large value: directory="
                  + directory
                  + " failure="
                  + full
                  + "; it goes another, slower way, and so do others; make room there");
    }
  }

  /** Maps a file of the other side, and deletes its name unless it is to be kept. */
  MemorySegment load(int directory, String name, long size, boolean keep, Arena arena)
      throws IOException {
    Path file = file(directory, name, size);
    // A private mapping: what a step writes into a value that is kept for a retry stays its own.
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != size) {
        throw new MalformedException(
            "reading a large value: file="
                + file
                + " size="
                + channel.size()
                + " expected="
                + size
                + "; it was cut by another process");
      }
      return channel.map(MapMode.PRIVATE, 0, size, arena);
    } catch (NoSuchFileException gone) {
      throw gone(file, gone);
    } finally {
      if (!keep) {
        delete(file);
      }
    }
  }

  /** A new array with what lies in a file that comes again. */
  Object copyLent(int directory, String name, long size, int tag) throws IOException {
    Path file = file(directory, name, size);
    try {
      return seen().copy(file, size, tag);
    } catch (NoSuchFileException gone) {
      throw gone(file, gone);
    }
  }

  private synchronized SeenFiles seen() {
    SeenFiles files = seen;
    if (files == null) {
      files = new SeenFiles();
      seen = files;
    }
    return files;
  }

  private Path file(int directory, String name, long size) {
    if (directory >= directories.size() || size < 0 || !isPlain(name)) {
      throw new MalformedException(
          "reading a large value: directory="
              + directory
              + " name="
              + name
              + " bytes="
              + size
              + "; it was not written by this version");
    }
    return directories.get(directory).resolve(name);
  }

  private static UnreadableException gone(Path file, NoSuchFileException cause) {
    return new UnreadableException(
        "reading a large value: file="
            + file
            + " is gone; a value is read once, and not after its"
            + " pool was closed",
        cause);
  }

  /** A name of ours: it cannot leave its directory. */
  private static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      char each = name.charAt(i);
      if (each != '-' && !Character.isLetterOrDigit(each)) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** Deletes the files whose names begin so: those of a worker that is dead. */
  public void sweep(String deadPrefix) {
    for (Path directory : directories) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, deadPrefix + "*")) {
        for (Path file : files) {
          delete(file);
        }
      } catch (IOException | java.nio.file.DirectoryIteratorException gone) {
        // Deleted by another worker's end, or by close.
      }
    }
  }

  /**
   * Has back what was lent to a call that is over, when the one worker that had it has answered;
   * does not block.
   *
   * @param now by {@link System#nanoTime()}
   * @return what is left to be discarded
   */
  public List<Stored> giveBack(List<Stored> files, long now) {
    List<Stored> rest = new ArrayList<>();
    for (Stored each : files) {
      LentFile lent = each.lent();
      if (lent == null || spares == null || !spares.giveBack(lent, now)) {
        rest.add(each);
      }
    }
    return rest;
  }

  /** Deletes the files of what does not arrive, or is not to be read again. */
  public void discard(List<Stored> files) {
    for (Stored each : files) {
      LentFile lent = each.lent();
      if (lent != null && spares != null) {
        spares.drop(lent);
      } else {
        delete(each.file());
      }
    }
  }

  /** Whether files are kept that no call has; does not block. */
  public boolean isAnyIdle() {
    return spares != null && spares.isAnyIdle();
  }

  /** How long such a file is kept. */
  public long keepNanos() {
    return spares == null ? 0 : spares.keepNanos();
  }

  /** Deletes those that have not been used for so long. */
  public void letGo(long now) {
    if (spares != null) {
      spares.letGo(now);
    }
  }

  /** How much memory a worker may have mapped that is not its own; does not block. */
  public long lentBytes() {
    return spares == null ? 0 : spares.bytes();
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException left) {
      // Its directory goes as a whole, by close or by the next pool's sweep.
    }
  }

  /** The parent's: deletes the directories. What is mapped stays readable. Idempotent. */
  @Override
  public void close() {
    if (spares != null) {
      spares.close();
    }
    if (privateDirectory != null) {
      for (Path directory : directories) {
        Directories.delete(directory);
      }
      Directories.delete(privateDirectory);
    }
  }
}
