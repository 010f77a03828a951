package dev.treadle.offload.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line that starts a worker. Any thread; may block: not for a loop's thread. */
public final class WorkerCommand {
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

  /** The command that runs that class with those arguments. */
  public static List<String> of(Options options, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    Path java = options.java();
    command.add(
        java != null
            ? java.toString()
            : Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    if (options.maxHeap() > 0) {
      command.add("-Xmx" + options.maxHeap());
    }
    command.addAll(options.flags());
    command.add("-cp");
    command.add(
        options.classPath().isEmpty()
            ? System.getProperty("java.class.path", "")
            : String.join(System.getProperty("path.separator", ":"), options.classPath()));
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}
