package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessInfoTest {
  @Test
  void shouldTellWhatTheJvmKnowsWhenRun() {
    Map<String, String> told = told("process-info");

    assertThat(told)
        .containsEntry("process id", Long.toString(ProcessHandle.current().pid()))
        .containsEntry("working directory", System.getProperty("user.dir"))
        .containsEntry("transport", Transport.preferred().propertyValue())
        .containsEntry("loop thread", Thread.currentThread().getName())
        .containsEntry("JDK folder", System.getProperty("java.home"))
        .containsOnlyKeys(
            "process id",
            "user",
            "group",
            "working directory",
            "transport",
            "loop class",
            "loop thread",
            "JDK",
            "JDK folder");
    assertThat(told.get("JDK")).startsWith(Runtime.version().toString());
    assertThat(told.get("loop class")).startsWith("dev.treadle.");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a group has no name")
  void shouldTellTheOwnerAsIdDoesWhenOnLinux() throws IOException, InterruptedException {
    assertThat(told("process-info"))
        .containsEntry("user", id("-un") + " (" + id("-u") + ")")
        .containsEntry("group", id("-gn") + " (" + id("-g") + ")");
  }

  @Test
  void shouldRunOnTheTransportWhenGivenOne() {
    assertThat(told("process-info", "--transport", "NIO")).containsEntry("transport", "nio");
  }

  @Test
  void shouldSayWhichThereAreWhenTheTransportIsNotAvailable() {
    Assumptions.assumeFalse(Transport.KQUEUE.isAvailable(), "a Mac or a BSD has kqueue");
    String there =
        Arrays.stream(Transport.values())
            .filter(Transport::isAvailable)
            .map(Transport::propertyValue)
            .reduce((one, other) -> one + ", " + other)
            .orElseThrow();

    assertThat(Ran.demo("process-info", "--transport", "kqueue"))
        .isEqualTo(
            new Ran(
                2,
                "",
                "bad value: --transport=kqueue; this machine has not got it; give one of "
                    + there
                    + "\n"));
  }

  private static Map<String, String> told(String... arguments) {
    Ran ran = Ran.demo(arguments);
    assertThat(ran.code()).as(ran.err()).isZero();
    Map<String, String> told = new LinkedHashMap<>();
    for (String line : ran.lines()) {
      String[] parts = line.split(": ", 2);
      told.put(parts[0], parts[1]);
    }
    return told;
  }

  private static String id(String option) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("id", option).directory(Path.of("/").toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return printed.strip();
  }
}
