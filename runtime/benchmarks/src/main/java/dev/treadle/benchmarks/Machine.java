package dev.treadle.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;

/** Where and when it was measured, without naming anybody's host. */
public final class Machine {
  private Machine() {}

  public static String describe(LocalDate date) {
    return "Measured on "
        + date
        + ": "
        + cpu()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + System.getProperty("os.name")
        + "; JDK "
        + Runtime.version()
        + " ("
        + System.getProperty("java.vendor")
        + ").\n";
  }

  private static String cpu() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException notLinux) {
      return System.getProperty("os.arch");
    }
  }
}
