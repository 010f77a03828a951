package dev.treadle.offload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Has the system prefer others to a worker. On a thread that may block. */
final class Niceness {
  private Niceness() {}

  /**
   * Lowers the priority of a process that runs. Not from its start on: on a busy machine that would
   * take far longer. On Linux it is each thread's own, and what a thread starts inherits it.
   */
  static void set(long pid, int niceness) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("renice", "-n", String.valueOf(niceness), "-p"));
    Path threads = Path.of("/proc/" + pid + "/task");
    if (Files.isDirectory(threads)) {
      try (Stream<Path> all = Files.list(threads)) {
        all.forEach(thread -> command.add(thread.getFileName().toString()));
      }
    } else {
      command.add(String.valueOf(pid));
    }
    // A thread that has ended meanwhile is no failure, and there is nobody to tell of another.
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
