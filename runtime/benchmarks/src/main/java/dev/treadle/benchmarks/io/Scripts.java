package dev.treadle.benchmarks.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Programs that are not Java, out of the jar into a folder where their interpreters find them. */
public final class Scripts implements AutoCloseable {
  private final Path folder = Files.createTempDirectory("treadle-benchmarks");

  /** Unpacks those that lie beside the class. */
  public Scripts(Class<?> beside, List<String> names) throws IOException {
    for (String name : names) {
      try (InputStream content = beside.getResourceAsStream(name)) {
        if (content == null) {
          throw new IOException("a script is missing: script=" + name);
        }
        Files.copy(content, folder.resolve(name));
      }
    }
  }

  /** Where they are. */
  public Path folder() {
    return folder;
  }

  /** Deletes them, and what their interpreters have put beside them. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
