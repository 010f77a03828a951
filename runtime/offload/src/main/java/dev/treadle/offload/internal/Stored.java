package dev.treadle.offload.internal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a large value lies. */
public final class Stored {
  private final int directory;
  private final Path file;
  private final @Nullable LentFile lent;
  private final long use;

  /**
   * @param directory by its index
   * @param file the name there, and all of it
   * @param lent the same, when it is to be used again
   * @param use a number that no other value of the sender has
   */
  Stored(int directory, Path file, @Nullable LentFile lent, long use) {
    this.directory = directory;
    this.file = file;
    this.lent = lent;
    this.use = use;
  }

  int directory() {
    return directory;
  }

  Path file() {
    return file;
  }

  String name() {
    return file.getFileName().toString();
  }

  @Nullable LentFile lent() {
    return lent;
  }

  long use() {
    return use;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
