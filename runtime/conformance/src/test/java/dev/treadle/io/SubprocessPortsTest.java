package dev.treadle.io;

import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Task;
import dev.treadle.Until;
import dev.treadle.conformance.Ports;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "its children are true and sleep")
class SubprocessPortsTest {
  @Ports("test_subprocess.SubprocessMixin.test_communicate_ignore_broken_pipe")
  @Test
  void shouldCommunicateWithAChildThatEndsBeforeItHasReadItsInput() {
    run(
        () -> {
          byte[] more = new byte[1 << 20];
          CompletedProcess ended =
              Subprocess.run(new ProcessBuilder("true"), more, Communication.LIMIT);
          assertThat(ended.exitCode()).isZero();
        });
  }

  @Ports("test_subprocess.SubprocessMixin.test_cancel_make_subprocess_transport_exec")
  @Test
  void shouldLeaveNoChildWhenCancelledWhileItIsStarted() {
    run(
        () -> {
          for (int turns = 0; turns < 20; turns++) {
            Task<?> starter = spawn(() -> Subprocess.run("sleep", "1000"));
            for (int n = 0; n < turns; n++) {
              yieldNow();
            }
            starter.cancel();
            awaitUntil(Until.ALL_COMPLETED, List.of(starter));
            assertThat(starter.isCancelled()).isTrue();
          }
          assertThat(onThread(SubprocessPortsTest::sleepers)).isEmpty();
        });
  }

  private static List<String> sleepers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains("sleep 1000"))
        .map(ProcessHandle::toString)
        .toList();
  }
}
