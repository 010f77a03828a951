package dev.treadle.benchmarks.io;

import io.netty.util.Version;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The programs of this machine that are used, and on which of its processors. */
public final class Tools {
  private static final int SERVER_CORE = 0;
  private static final int CLIENT_CORE = 1;
  private static final int PATIENCE_SECONDS = 20;

  private final boolean pins =
      Runtime.getRuntime().availableProcessors() > 1
          && output("taskset", "-c", "0", "true") != null;
  private final String python;

  /** Prefers a Python that has got that module. */
  public Tools(String pythonModule) {
    // A distribution's packages serve its own interpreter, which another may hide.
    python =
        Stream.of("/usr/bin/python3", "python3")
            .filter(candidate -> output(candidate, "-c", "import " + pythonModule) != null)
            .findFirst()
            .orElse("python3");
  }

  /** The Python to start. */
  public String python() {
    return python;
  }

  /** What is missing of Python and these modules, or null. */
  public @Nullable String pythonMissing(String modules) {
    return output(python, "-c", "import " + modules) == null
        ? "not installed: python3 with " + modules
        : null;
  }

  @Nullable String nodeMissing() {
    return output("node", "--version") == null ? "not installed: node" : null;
  }

  @Nullable String wrkMissing() {
    // It has no option that ends well: with its version it prints its usage and fails.
    return output("sh", "-c", "command -v wrk") == null ? "not installed: wrk" : null;
  }

  /** The servers' JVM: this one's flags; a collector without threads of its own, for one core. */
  List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms1g", "-Xmx1g", "-XX:-UsePerfData"));
    // Else three of four full collections leave what is dead at the bottom of the heap where it is.
    command.add("-XX:MarkSweepAlwaysCompactCount=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  List<String> onServerCore(List<String> command) {
    return pinned(SERVER_CORE, command);
  }

  List<String> onClientCore(List<String> command) {
    return pinned(CLIENT_CORE, command);
  }

  private List<String> pinned(int core, List<String> command) {
    List<String> pinned = new ArrayList<>();
    if (pins) {
      pinned.addAll(List.of("taskset", "-c", String.valueOf(core)));
    }
    pinned.addAll(command);
    return pinned;
  }

  /** The versions of what was measured, and how it was kept apart. */
  String describe() {
    List<String> versions = new ArrayList<>();
    Version netty = Version.identify().get("netty-transport");
    versions.add("Netty " + (netty == null ? "" : netty.artifactVersion()));
    versions.add("Reactor Netty " + ReactorHttp.version());
    Stream.of(pythonVersions("uvloop", "aiohttp"), output("node", "--version"))
        .forEach(version -> versions.add(version == null ? "" : version.strip()));
    versions.set(versions.size() - 1, "Node " + versions.getLast());
    versions.removeIf(version -> version.isBlank() || version.equals("Node "));
    return "Against "
        + String.join(", ", versions)
        + ". "
        + (pins
            ? "Servers on one core, clients on another.\n"
            : "**Not pinned**: taskset or a second core is missing.\n");
  }

  /** The versions of Python and of those modules that there are; null without Python. */
  public @Nullable String pythonVersions(String... modules) {
    String program =
        "import platform, sys; print('CPython', platform.python_version(), end='')\n"
            + "for m in sys.argv[1:]:\n"
            + "  try: print(',', m, __import__(m).__version__, end='')\n"
            + "  except ImportError: pass\n";
    List<String> command = new ArrayList<>(List.of(python, "-c", program));
    command.addAll(List.of(modules));
    return output(command.toArray(String[]::new));
  }

  /** What the command prints, or null when it fails or is not there. */
  private static @Nullable String output(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return null;
      }
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? text : null;
    } catch (IOException notThere) {
      return null;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
