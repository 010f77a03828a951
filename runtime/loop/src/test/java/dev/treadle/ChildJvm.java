package dev.treadle;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A JVM like this one that runs a program of the tests; standard error and output are one. */
public final class ChildJvm implements AutoCloseable {
  private static final int SIGINT = 2;

  private final Process process;
  private final BufferedReader output;
  private final List<String> seen = new ArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts one with this JVM's flags, those given on top, and its whole class path. */
  public static ChildJvm start(Class<?> program, String... flags) throws IOException {
    return start(program, entry -> true, true, flags);
  }

  /** Starts a program from its source, with this JVM's flags and its whole class path. */
  public static ChildJvm source(Path program) throws IOException {
    return start(program.toString(), entry -> true, true);
  }

  /** Starts one with a part of the class path, with or without this JVM's flags. */
  public static ChildJvm start(
      Class<?> program, Predicate<String> classPath, boolean inheritFlags, String... flags)
      throws IOException {
    return start(program.getName(), classPath, inheritFlags, flags);
  }

  /** Starts one as {@link #start(Class, String...)} does that may have so many files open. */
  public static ChildJvm limited(int files, Class<?> program, String... flags) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + files + "; exec \"$@\"", "limited"));
    return start(command, program.getName(), entry -> true, true, flags);
  }

  private static ChildJvm start(
      String program, Predicate<String> classPath, boolean inheritFlags, String... flags)
      throws IOException {
    return start(new ArrayList<>(), program, classPath, inheritFlags, flags);
  }

  private static ChildJvm start(
      List<String> command,
      String program,
      Predicate<String> classPath,
      boolean inheritFlags,
      String... flags)
      throws IOException {
    if (ignoresInterrupt()) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (inheritFlags) {
      for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
        if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
          command.add(flag);
        }
      }
    }
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> classPath.test(Path.of(entry).getFileName().toString()))
                .toList()));
    command.add(program);
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /**
   * Under nohup, or as a script's background job, this JVM ignores SIGINT; a child inherits that.
   */
  private static boolean ignoresInterrupt() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String sigIgn = "SigIgn:";
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(sigIgn))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(sigIgn.length()).strip(), 16))
        .anyMatch(mask -> (mask & 1 << (SIGINT - 1)) != 0);
  }

  /** Reads on until the program prints this line. */
  public void awaitLine(String expected) throws IOException {
    awaitLine(expected, expected::equals);
  }

  /** Reads on until the program prints a line that begins so, and gives the rest of it. */
  public String awaitStart(String expected) throws IOException {
    return awaitLine(expected, line -> line.startsWith(expected)).substring(expected.length());
  }

  private String awaitLine(String expected, Predicate<String> isExpected) throws IOException {
    while (true) {
      String line = next();
      if (line == null) {
        throw new AssertionError("ended before it printed: line=" + expected + " output=" + seen);
      }
      if (isExpected.test(line)) {
        return line;
      }
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Types a line. */
  public void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends the program's input. */
  public void closeInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Presses Ctrl-C. */
  public void interrupt() throws IOException, InterruptedException {
    int rc = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    if (rc != 0) {
      throw new AssertionError("kill failed: rc=" + rc);
    }
  }

  /** Reads the rest of the output and gives the exit code. */
  public int awaitExit() throws IOException, InterruptedException {
    while (next() != null) {
      // Kept in seen.
    }
    return process.waitFor();
  }

  /** All lines read. */
  public List<String> output() {
    return List.copyOf(seen);
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
