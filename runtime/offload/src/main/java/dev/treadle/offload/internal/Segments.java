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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Files that large values travel in, and the directories they lie in: the first in memory where
 * that is possible, the next on disk; when no directory has room, the value goes through the
 * socket. The sender makes the file, the receiver maps it and deletes its name at once, so that
 * what is mapped lives as long as it is reachable and no longer. Any thread. Blocks for a moment:
 * not for a loop's thread, but for {@link #none()}.
 */
public final class Segments implements AutoCloseable {
  /** Where a value is: in the payload; in a file that the reader deletes; in one that stays. */
  static final int INLINE = 0;

  static final int FILE = 1;
  static final int KEPT = 2;

  private static final int CHUNK = 1 << 18;

  // A class, not a method reference: a worker starts without java.lang.invoke.
  private static final Filler WRITE =
      new Filler() {
        @Override
        public int write(FileChannel file, ByteBuffer bytes) throws IOException {
          return file.write(bytes);
        }
      };

  private static final Segments NONE = new Segments(null, List.of(), "", Integer.MAX_VALUE, WRITE);

  private final @Nullable Path privateDirectory;
  private final List<Path> directories;
  private final String prefix;
  private final int threshold;
  private final Filler filler;
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
      Filler filler) {
    this.privateDirectory = privateDirectory;
    this.directories = directories;
    this.prefix = prefix;
    this.threshold = threshold;
    this.filler = filler;
  }

  /**
   * The parent's: makes a private directory for the pool (sockets, boards) and one for segments, in
   * memory where that is possible, after sweeping those whose processes are gone.
   *
   * @param threshold from how many bytes on a value goes into a file
   */
  public static Segments create(int threshold) throws IOException {
    Path own = Directories.create(Directories.temporary());
    Path memory = Directories.inMemory();
    if (memory == null) {
      return new Segments(own, List.of(own), "p-", threshold, WRITE);
    }
    return new Segments(own, List.of(memory, own), "p-", threshold, WRITE);
  }

  /** A worker's, in the parent's directories; its own files' names begin with the prefix. */
  public static Segments open(List<Path> directories, String prefix, int threshold) {
    return new Segments(null, directories, prefix, threshold, WRITE);
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
   * Where a large value lies.
   *
   * @param directory by its index
   * @param name its file there
   * @param file the same as a path
   */
  record Stored(int directory, String name, Path file) {}

  /** Null when no directory has room. */
  @Nullable Stored store(MemorySegment memory) {
    for (int i = 0; i < directories.size(); i++) {
      String name = prefix + count.incrementAndGet();
      Path file = directories.get(i).resolve(name);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        // Written, not mapped: a full memory disk is then an exception here, not a SIGBUS.
        fill(channel, memory);
        return new Stored(i, name, file);
      } catch (IOException full) {
        delete(file);
        warn(directories.get(i), full);
      }
    }
    return null;
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
    Path file = directories.get(directory).resolve(name);
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
      throw new UnreadableException(
          "reading a large value: file="
              + file
              + " is gone; a value is read once, and not after its"
              + " pool was closed",
          gone);
    } finally {
      if (!keep) {
        delete(file);
      }
    }
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

  /** Deletes the files of what does not arrive. */
  public void discard(Encoded encoded) {
    for (Path file : encoded.files()) {
      delete(file);
    }
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
    if (privateDirectory != null) {
      for (Path directory : directories) {
        Directories.delete(directory);
      }
      Directories.delete(privateDirectory);
    }
  }
}
