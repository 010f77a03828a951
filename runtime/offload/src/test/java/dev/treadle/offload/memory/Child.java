package dev.treadle.offload.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another process of a test, which talks in lines. */
final class Child implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final List<String> seen = new ArrayList<>();

  private Child(List<String> command) throws IOException {
    this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** A JVM that runs {@link Programs} with these arguments. */
  static Child java(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Programs.class.getName()));
    command.addAll(List.of(arguments));
    return new Child(command);
  }

  static Child python(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", "-u", "-c", program));
    command.addAll(List.of(arguments));
    return new Child(command);
  }

  long pid() {
    return process.pid();
  }

  /** Reads on to a line that begins so, and gives the rest of it. */
  String await(String start) throws IOException {
    while (true) {
      String line = next();
      if (line == null) {
        throw new AssertionError("ended before it printed: start=" + start + " output=" + seen);
      }
      if (line.startsWith(start)) {
        return line.substring(start.length());
      }
    }
  }

  void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits for its end; 0 or an error that shows its output. */
  void awaitEnd() throws IOException, InterruptedException {
    while (next() != null) {
      // Kept in seen.
    }
    int exit = process.waitFor();
    if (exit != 0) {
      throw new AssertionError("child failed: exit=" + exit + " output=" + seen);
    }
  }

  /** SIGKILL, and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private @Nullable String next() throws IOException {
    String line = output.readLine();
    if (line != null) {
      seen.add(line);
    }
    return line;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
