package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class InterruptedRunTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Ports("test_runners.RunnerTests.test_interrupt_cancelled_task")
  @Test
  void shouldExitWith130WhenInterruptedAfterATaskWasCancelled() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(CancelledTask.class)) {
      jvm.awaitLine("asleep");
      jvm.interrupt();
      assertThat(jvm.awaitExit()).isEqualTo(130);
      assertThat(jvm.output()).contains("main cleaned up");
    }
  }

  static final class CancelledTask {
    public static void main(String[] args) {
      Treadle.run(
          () -> {
            Task<?> task = spawn(() -> sleep(DAY));
            Treadle.yieldNow();
            task.cancel();
            try {
              await(task);
            } catch (java.util.concurrent.CancellationException expected) {
              System.out.println("asleep");
            }
            try {
              sleep(DAY);
            } finally {
              System.out.println("main cleaned up");
            }
          });
    }
  }
}
