package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UnobservedFailuresTest {
  private final List<String> reported = new ArrayList<>();

  private LoopBuilder loop() {
    return Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()));
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_log_destroyed_pending_task",
      differs =
          "a task that has not ended is held by its loop; what can be dropped is one that has failed")
  @Test
  void shouldReportOnceWhenTheFailedTaskIsCollected() {
    loop()
        .run(
            () -> {
              spawn(
                  "dropped",
                  () -> {
                    throw new IllegalStateException("unseen");
                  });
              yieldNow();
              for (int n = 0; n < 1000 && reported.isEmpty(); n++) {
                System.gc();
                sleep(Duration.ofSeconds(1));
              }
              assertThat(reported).containsExactly("task 'dropped': unseen");
            });
    assertThat(reported).hasSize(1);
  }

  @Ports("test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors")
  @Test
  void shouldReportWhenAHangingTaskFailsAsRunEnds() {
    int value =
        loop()
            .run(
                () -> {
                  spawn(
                      "hanging",
                      () -> {
                        try {
                          sleep(Duration.ofDays(1));
                        } finally {
                          assertThat(Loop.current().isClosed()).isFalse();
                          throwUnchecked("while ending");
                        }
                      });
                  yieldNow();
                  return 7;
                });
    assertThat(value).isEqualTo(7);
    assertThat(reported).containsExactly("task 'hanging': while ending");
  }

  private static void throwUnchecked(String message) {
    throw new IllegalStateException(message);
  }
}
