package dev.treadle.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** This process's open files, and its children; on Linux. */
final class Descriptors {
  private static final Path OPEN = Path.of("/proc/self/fd");

  private Descriptors() {}

  /** How many descriptors lead to the file. */
  static long of(Path path) throws IOException {
    try (Stream<Path> open = Files.list(OPEN)) {
      return open.filter(each -> leadsTo(each, path)).count();
    }
  }

  private static boolean leadsTo(Path descriptor, Path path) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains(path.getFileName().toString());
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /** The state of a process, such as S or Z; nothing when it is no more. */
  static String state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
    } catch (IOException gone) {
      return "";
    }
  }
}
