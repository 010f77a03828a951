package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Who names internals, in the sources of every module: also of those that the class path of {@link
 * ArrowsTest} has not, such as demos and benchmarks.
 */
class InternalsTest {
  private static final Pattern JDK = Pattern.compile("(?m)^import (static )?jdk\\.internal\\.");
  private static final Pattern OURS =
      Pattern.compile("(?m)^import (static )?dev\\.treadle\\.([a-z]+\\.)*internal\\.");

  private static List<Source> sources = List.of();

  @BeforeAll
  static void readSources() throws IOException {
    try (Stream<Path> files = Files.walk(Page.ROOT)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(Source::read)
              .filter(source -> !source.path.contains("target/"))
              .toList();
    }
  }

  @Test
  void shouldImportContinuationsInFiberAlone() {
    assertThat(pathsOf(JDK))
        .contains("coroutines/src/main/java/dev/treadle/coroutines/internal/Fiber.java")
        // The floor that the benchmarks measure the fiber against.
        .filteredOn(path -> !path.startsWith("runtime/benchmarks/"))
        // What this JDK's continuations are asked directly.
        .filteredOn(path -> !path.endsWith("/ContinuationProbeTest.java"))
        .hasSize(1);
  }

  @Test
  void shouldImportOurInternalsOnlyInTheLibraries() {
    assertThat(pathsOf(OURS))
        .isNotEmpty()
        .allMatch(path -> path.matches("(coroutines|runtime/(loop|testing|http|offload))/.*"));
  }

  private static List<String> pathsOf(Pattern imports) {
    return sources.stream()
        .filter(source -> imports.matcher(source.text).find())
        .map(Source::path)
        .toList();
  }

  private record Source(String path, String text) {
    static Source read(Path file) {
      try {
        String path = Page.ROOT.relativize(file).toString().replace('\\', '/');
        return new Source(path, Files.readString(file));
      } catch (IOException e) {
        throw new IllegalStateException("source not readable: file=" + file, e);
      }
    }
  }
}
