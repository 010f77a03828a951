package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a process holds that outlives a test: its children, its open files, its directories. */
record Leftovers(Set<Long> children, int openFiles, Set<String> directories) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** As it is now. */
  static Leftovers now() {
    return new Leftovers(
        ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet()),
        names(DESCRIPTORS, "").size(),
        directories(ProcessHandle.current().pid()));
  }

  /** Nothing is there that was not; descriptors of classes that were loaded meanwhile are few. */
  void assertNothingMore() {
    Leftovers after = now();
    assertThat(after.children).as("child processes").isSubsetOf(children);
    assertThat(after.directories).as("directories").isSubsetOf(directories);
    assertThat(after.openFiles).as("open files").isLessThanOrEqualTo(openFiles);
  }

  /** The directories that pools of the process have made, in memory and out of it. */
  static Set<String> directories(long pid) {
    Set<String> all = new TreeSet<>();
    for (Path parent :
        List.of(
            Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")), Path.of("/tmp"))) {
      all.addAll(names(parent, "treadle-" + pid + "-"));
    }
    return all;
  }

  private static Set<String> names(Path directory, String prefix) {
    if (!Files.isDirectory(directory)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(Path::toString)
          .filter(file -> file.startsWith(prefix, directory.toString().length() + 1))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
