package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceLauncherTest {
  @TempDir Path folder;

  @Test
  void shouldShowTheFailureWhenAProgramRunsFromItsSource() throws Exception {
    Path program = folder.resolve("Hello.java");
    Files.writeString(
        program,
        """
        import static dev.treadle.Treadle.*;
        void main() {
          run(() -> {
            var fetch = spawn("fetch", () -> { throw new IllegalStateException("no route"); });
            await(fetch);
          });
        }
        """);
    try (ChildJvm jvm = ChildJvm.source(program)) {
      assertThat(jvm.awaitExit()).isEqualTo(1);
      assertThat(jvm.output())
          .containsSubsequence(
              "Exception in thread \"main\" java.lang.IllegalStateException: no route",
              "\tat Hello.lambda$main$1(Hello.java:4)",
              "\tSuppressed: task 'fetch' was awaited by task 'main' from",
              "\t\tat Hello.lambda$main$0(Hello.java:5)",
              "\t\tat Hello.main(Hello.java:3)");
    }
  }

  @Test
  void shouldLeaveAFailureAloneWhenTheProgramIsCompiled() {
    Throwable failure = new IllegalStateException("no route");
    StackTraceElement[] before = failure.getStackTrace();

    SourceLauncher.giveFrames(failure);

    assertThat(failure.getStackTrace()).isEqualTo(before);
  }
}
