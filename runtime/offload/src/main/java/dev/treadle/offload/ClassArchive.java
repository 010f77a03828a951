package dev.treadle.offload;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a pool's workers as the JVM can map them when it starts: its class data sharing.
 * Where there is no archive yet for just these jars and flags, one worker writes it as it ends. It
 * gets its name when it is whole. Any thread; may block.
 */
final class ClassArchive {
  /** What the JVM says of classes that it leaves out is of no use to anybody. */
  private static final List<String> QUIETLY = List.of("-Xlog:cds*=off", "-Xlog:aot*=off");

  private final Path file;
  private final Path unfinished;

  /** The worker that makes it; 0: none. */
  private int maker;

  private ClassArchive(Path directory, long key) {
    String name = "treadle-worker-" + Long.toHexString(key);
    this.file = directory.resolve(name + ".jsa");
    this.unfinished = directory.resolve(name + "-" + ProcessHandle.current().pid() + ".part");
  }

  /**
   * For workers that are started so.
   *
   * @param command the program, its flags, {@code -cp} and the class path, which must be jars
   * @return null where there can be none, as with folders in the class path
   */
  static @Nullable ClassArchive of(Path directory, List<String> command) {
    int at = command.indexOf("-cp");
    if (at < 0 || command.stream().anyMatch(ClassArchive::isOfSharing)) {
      return null;
    }
    long key = System.getProperty("java.vm.version", "").hashCode();
    for (String part : command) {
      key = 31 * key + part.hashCode();
    }
    for (String entry : command.get(at + 1).split(File.pathSeparator)) {
      File jar = new File(entry);
      if (!jar.isFile()) {
        return null;
      }
      key = 31 * (31 * key + jar.length()) + jar.lastModified();
    }
    try {
      Files.createDirectories(directory);
    } catch (IOException unwritable) {
      return null;
    }
    return new ClassArchive(directory, key * 0x9e3779b97f4a7c15L);
  }

  private static boolean isOfSharing(String flag) {
    return flag.startsWith("-Xshare")
        || flag.startsWith("-XX:SharedArchiveFile")
        || flag.startsWith("-XX:ArchiveClassesAtExit")
        || flag.startsWith("-XX:AOT");
  }

  /** The flags for that worker: to use the archive, or to make it. */
  synchronized List<String> flags(int worker) {
    if (Files.exists(file)) {
      return List.of("-XX:SharedArchiveFile=" + file, QUIETLY.get(0), QUIETLY.get(1));
    }
    if (maker != 0 || !Files.isWritable(file.getParent())) {
      return List.of();
    }
    maker = worker;
    return List.of("-XX:ArchiveClassesAtExit=" + unfinished, QUIETLY.get(0), QUIETLY.get(1));
  }

  /** Whether that worker makes it, so that {@link #ended} is to follow. */
  synchronized boolean isMadeBy(int worker) {
    return maker == worker;
  }

  /** The worker that makes it has ended: what it has written counts if it did so in order. */
  synchronized void ended(boolean inOrder) {
    maker = 0;
    try {
      if (inOrder && Files.exists(unfinished)) {
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException failed) {
      // Then workers start as they did before; the next pool tries again.
    }
  }
}
