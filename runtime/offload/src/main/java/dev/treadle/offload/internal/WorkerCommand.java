package dev.treadle.offload.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line that starts a worker. Any thread; may block: not for a loop's thread. */
public final class WorkerCommand {
  /** Linux takes 128 KiB for one argument. */
  private static final int MAX_ARGUMENT = 60_000;

  private WorkerCommand() {}

  /**
   * How a worker is to be started.
   *
   * @param java the program; null: that of this JVM
   * @param classPath its entries; empty: those of this JVM
   * @param flags for the JVM, after ours
   * @param maxHeap bytes; 0: the JVM's own choice
   * @param directory where its command file may lie: the pool's private directory
   */
  public record Options(
      @Nullable Path java,
      List<String> classPath,
      List<String> flags,
      long maxHeap,
      Path directory) {}

  /** The command that runs {@link WorkerMain}. */
  public static List<String> of(Options options) {
    return of(options, WorkerMain.class.getName(), List.of());
  }

  /**
   * The command that runs that class with those arguments. Of this JVM's own flags none is passed
   * on but by {@code flags}; the environment, which may hold JAVA_TOOL_OPTIONS, is.
   */
  public static List<String> of(Options options, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    Path java = options.java();
    command.add(
        java != null
            ? java.toString()
            : Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // One thread does the steps: the collector that starts fastest, and no file for jps to find.
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    if (options.maxHeap() > 0) {
      command.add("-Xmx" + options.maxHeap());
    }
    command.addAll(options.flags());
    String classPath =
        String.join(
            File.pathSeparator,
            OwnPlace.first(
                options.classPath().isEmpty()
                    ? List.of(ownClassPath().split(File.pathSeparator, -1))
                    : options.classPath()));
    if (classPath.length() > MAX_ARGUMENT) {
      command.add("@" + argumentFile(options.directory(), classPath));
    } else {
      command.add("-cp");
      command.add(classPath);
    }
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** Flags that have a worker start faster if it has an archive of its classes for them, too. */
  public static List<String> quickStart() {
    return WorkerSocket.flags();
  }

  private static String ownClassPath() {
    return System.getProperty("java.class.path", "");
  }

  /** For a class path longer than systems take as one argument. Written once for a directory. */
  private static Path argumentFile(Path directory, String classPath) {
    Path file =
        directory.resolve("class-path-" + Integer.toHexString(classPath.hashCode()) + ".args");
    if (!Files.exists(file)) {
      String text = "-cp \"" + classPath.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n";
      try {
        // Under another name first: another thread may be starting a worker from it.
        Path written = Files.createTempFile(directory, "class-path", ".tmp");
        Files.writeString(written, text);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException failed) {
        throw new UncheckedIOException(
            "writing a worker's class path: file=" + file + "; make room there", failed);
      }
    }
    return file;
  }
}
