package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The demo program in a JVM of its own, as the start script runs it, but with these classes. */
final class Child implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;

  private Child(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts it; standard error and output are one. */
  static Child demo(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    // The runner of the tests may ignore SIGINT, as under nohup, and a child inherits that.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags this JVM runs with, but for those of the test runner and its agents.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            // What a busy machine makes of the first steps is not what is tested.
            "-Dtreadle.stall-millis=0",
            "-cp",
            System.getProperty("java.class.path"),
            Demos.class.getName()));
    command.addAll(Arrays.asList(arguments));
    return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** The next line it prints. */
  String line() throws IOException {
    return String.valueOf(output.readLine());
  }

  /** Presses Ctrl-C where no terminal passes it on to the children. */
  void interrupt() throws IOException, InterruptedException {
    interrupt(List.of(process.toHandle()));
  }

  /** Presses Ctrl-C on a terminal, whose every process gets it; gives the children there were. */
  List<ProcessHandle> interruptAll() throws IOException, InterruptedException {
    List<ProcessHandle> children = process.descendants().toList();
    interrupt(Stream.concat(children.stream(), Stream.of(process.toHandle())).toList());
    return children;
  }

  private static void interrupt(List<ProcessHandle> processes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-INT"));
    processes.forEach(handle -> command.add(Long.toString(handle.pid())));
    Process kill = new ProcessBuilder(command).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Waits for its end, and gives the rest of what it printed, one line to each. */
  Ran ended() throws InterruptedException {
    String rest = output.lines().map(line -> line + "\n").collect(Collectors.joining());
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(rest).isTrue();
    return new Ran(process.exitValue(), rest, "");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
