package dev.treadle.offload.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A worker's mappings of {@link SpareFiles}, kept because the files come again, under the same
 * name; a name is never another file's. They hold no memory that the parent wants back: it cuts the
 * file. Any thread.
 */
final class SeenFiles {
  /** The one that was used last at the end. */
  private final ArrayList<Seen> seen = new ArrayList<>();

  /** A new array of that kind, with the file's first bytes. */
  synchronized Object copy(Path file, long size, int tag) throws IOException {
    Seen mapped = take(file);
    if (mapped == null) {
      forgetGone();
      mapped = map(file);
    }
    seen.add(mapped);
    if (mapped.memory.byteSize() < size) {
      throw new MalformedException(
          "reading a large value: file="
              + file
              + " size="
              + mapped.memory.byteSize()
              + " expected="
              + size
              + "; it was cut by another process");
    }
    return Memory.copy(tag, mapped.memory.asSlice(0, size));
  }

  private @Nullable Seen take(Path file) {
    for (int i = 0; i < seen.size(); i++) {
      if (seen.get(i).file.equals(file)) {
        return seen.remove(i);
      }
    }
    return null;
  }

  private void forgetGone() {
    for (int i = seen.size() - 1; i >= 0; i--) {
      if (!Files.exists(seen.get(i).file)) {
        seen.remove(i).arena.close();
      }
    }
    if (seen.size() >= SpareFiles.MOST) {
      seen.removeFirst().arena.close();
    }
  }

  private static Seen map(Path file) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Seen(file, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), arena);
    } catch (IOException | RuntimeException failure) {
      arena.close();
      throw failure;
    }
  }

  /**
   * A file.
   *
   * @param memory all of it
   * @param arena ends the mapping
   */
  private record Seen(Path file, MemorySegment memory, Arena arena) {}
}
