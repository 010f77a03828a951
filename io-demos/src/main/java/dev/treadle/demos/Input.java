package dev.treadle.demos;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something to read: a file, or standard input.
 *
 * @param path null for standard input
 */
record Input(String name, @Nullable Path path) {
  /** Standard input, as every filter calls it. */
  static final String STANDARD = "-";

  /**
   * Looks whether it can be read; opens nothing, for a pipe can be opened only once.
   *
   * @throws UserError naming the file if it cannot
   */
  static Input of(String name) {
    if (name.equals(STANDARD)) {
      return new Input(name, null);
    }
    Path path = path(name);
    if (!Files.exists(path)) {
      throw new UserError("no such file: file=" + name + "; check the name");
    }
    if (Files.isDirectory(path)) {
      throw new UserError("cannot read a directory: file=" + name + "; give the files in it");
    }
    if (!Files.isReadable(path)) {
      throw new UserError("cannot read: file=" + name + "; check its permissions");
    }
    return new Input(name, path);
  }

  /** Opens it. Blocks. */
  InputStream open(Terminal terminal) throws IOException {
    if (path != null) {
      return Files.newInputStream(path);
    }
    return new FilterInputStream(terminal.in()) {
      @Override
      public void close() {
        // It is the program's, not ours.
      }
    };
  }

  /** How many bytes it has; -1 where that cannot be known before it is read. */
  long size() {
    try {
      return path != null && Files.isRegularFile(path) ? Files.size(path) : -1;
    } catch (IOException unknown) {
      return -1;
    }
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new UserError("not a file name: file=" + name + "; check the name");
    }
  }
}
