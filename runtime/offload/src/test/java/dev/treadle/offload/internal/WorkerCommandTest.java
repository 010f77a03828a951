package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCommandTest {
  @TempDir Path directory;

  @Test
  void shouldBeThisJvmsJavaAndClassPathWhenNothingIsSaid() {
    List<String> command =
        WorkerCommand.of(new WorkerCommand.Options(null, List.of(), List.of(), 0, directory));
    assertThat(command.get(0)).isEqualTo(System.getProperty("java.home") + "/bin/java");
    assertThat(command).endsWith(WorkerMain.class.getName());
    assertThat(command.get(command.size() - 3)).isEqualTo("-cp");
    assertThat(command.get(command.size() - 2).split(File.pathSeparator))
        .containsExactlyInAnyOrder(System.getProperty("java.class.path").split(File.pathSeparator));
    assertThat(command).noneMatch(each -> each.startsWith("-Xmx"));
  }

  @Test
  void shouldLookForItsOwnClassesFirstWhenTheyAreFarBehind() throws Exception {
    String own =
        Path.of(WorkerMain.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    List<String> command =
        WorkerCommand.of(
            new WorkerCommand.Options(
                null, List.of("a.jar", "", own, "b.jar"), List.of(), 0, directory));
    assertThat(command.get(command.size() - 2))
        .isEqualTo(String.join(File.pathSeparator, own, "a.jar", "", "b.jar"));
  }

  @Test
  void shouldPutTheUsersFlagsAfterOursWhenGiven() {
    List<String> command =
        WorkerCommand.of(
            new WorkerCommand.Options(
                Path.of("/opt/java"),
                List.of("a.jar", "b"),
                List.of("-XX:NewRatio=3"),
                1 << 20,
                directory),
            "x.Main",
            List.of("argument"));
    assertThat(command)
        .containsExactly(
            "/opt/java",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx1048576",
            "-XX:NewRatio=3",
            "-cp",
            "a.jar" + File.pathSeparator + "b",
            "x.Main",
            "argument");
  }

  @Test
  void shouldPutTheClassPathIntoAFileOnceWhenItIsLong() {
    WorkerCommand.Options options =
        new WorkerCommand.Options(null, List.of("a".repeat(70_000)), List.of(), 0, directory);
    List<String> command = WorkerCommand.of(options);
    assertThat(command.get(command.size() - 2)).startsWith("@" + directory);
    assertThat(WorkerCommand.of(options)).isEqualTo(command);
    assertThat(directory.toFile().list()).hasSize(1);
  }
}
