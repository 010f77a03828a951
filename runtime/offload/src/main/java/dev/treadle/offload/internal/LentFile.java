package dev.treadle.offload.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory that has been written once, to the end: what is copied over that cannot find the
 * memory full. It has one owner at a time: the thread that fills it, then a call, then {@link
 * SpareFiles}.
 */
final class LentFile {
  /** A copy of more at once would keep the JVM from a safepoint, and so all its other threads. */
  private static final long PIECE = 1 << 20;

  final Path path;
  final long capacity;

  /** When its last call was over, by {@link System#nanoTime()}. */
  long idleSince;

  private @Nullable Arena arena;
  private @Nullable MemorySegment mapping;

  LentFile(Path path, long capacity) {
    this.path = path;
    this.capacity = capacity;
  }

  /** Puts the value at its begin. */
  void fill(MemorySegment value) throws IOException {
    MemorySegment target = mapping();
    long size = value.byteSize();
    for (long at = 0; at < size; at += PIECE) {
      MemorySegment.copy(value, at, target, at, Math.min(PIECE, size - at));
    }
  }

  /** Not before it is used for the second time: most are not. */
  private MemorySegment mapping() throws IOException {
    MemorySegment mapped = mapping;
    if (mapped == null) {
      Arena own = Arena.ofShared();
      try (FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        mapped = channel.map(MapMode.READ_WRITE, 0, capacity, own);
      } catch (IOException | RuntimeException failure) {
        own.close();
        throw failure;
      }
      // Read first: the system then maps pages by the dozen, by writing one by one.
      mapped.load();
      arena = own;
      mapping = mapped;
    }
    return mapped;
  }

  /**
   * Gives its memory back, also that of mappings that workers have. One that is being killed may
   * still read it: that is an error in it and no answer, never another call's content.
   */
  void free() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    } catch (IOException gone) {
      // With its directory.
    }
    Segments.delete(path);
    if (arena != null) {
      arena.close();
      arena = null;
      mapping = null;
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
