package dev.treadle.testing;

import static dev.treadle.Treadle.group;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.CancelScope;
import dev.treadle.Treadle;
import dev.treadle.io.AsyncFiles;
import dev.treadle.io.Signals;
import dev.treadle.io.Stdio;
import dev.treadle.io.Subprocess;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files, pipes, children, signals: their threads may block, the loop's never does. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its children are sh and cat")
class FilesAndProcessesTest {
  @TreadleTest
  void shouldNotBlockTheLoopWithFiles(@TempDir Path directory) {
    Path path = directory.resolve("file");
    AsyncFiles.write(path, "one\n");
    try (var file = AsyncFiles.open(path, StandardOpenOption.APPEND)) {
      file.writer().write("two\n");
      file.writer().flush();
    }
    try (var file = AsyncFiles.open(path)) {
      assertThat(file.reader().readLine()).isEqualTo("one");
      assertThat(file.reader().readLine()).isEqualTo("two");
    }
    AsyncFiles.writeAtomically(path, "three");
    assertThat(AsyncFiles.readString(path, 100)).isEqualTo("three");
  }

  @TreadleTest
  void shouldNotBlockTheLoopWithChildren() {
    for (int n = 0; n < 5; n++) {
      try (var child = Subprocess.start("cat")) {
        child.stdin().write("text\n");
        assertThat(child.stdout().readLine()).isEqualTo("text");
      }
    }
    int[] ran = new int[1];
    group(
        g -> {
          for (int n = 0; n < 5; n++) {
            g.spawn(
                () -> {
                  assertThat(Subprocess.run("sh", "-c", "echo out; exit 3").exitCode())
                      .isEqualTo(3);
                  ran[0]++;
                });
          }
        });
    assertThat(ran[0]).isEqualTo(5);
    try (var child = Subprocess.start("sh", "-c", "sleep 1000 & wait")) {
      child.killTree();
      assertThat(child.waitFor()).isEqualTo(128 + 9);
    }
  }

  @TreadleTest
  void shouldNotBlockTheLoopWithStandardStreamsAndSignals() {
    Stdio.err().write("");
    Stdio.err().flush();
    CancelScope scope = new CancelScope();
    scope.cancel();
    try (Signals signals = Signals.open("WINCH")) {
      scope.run(signals::next);
    }
    Treadle.yieldNow();
    assertThat(scope.cancelledCaught()).isTrue();
  }
}
