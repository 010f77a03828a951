package dev.treadle;

import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuspendingTest {
  @Test
  void shouldTellTheInstrumentBeforeEachSuspension() {
    List<String> order = new ArrayList<>();
    Instrument sees =
        new Instrument() {
          @Override
          public void suspending(Task<?> task) {
            order.add("suspending " + task.name());
          }
        };

    Loop.builder()
        .clock(new VirtualClock())
        .instrument(sees)
        .run(
            () -> {
              order.add("1");
              yieldNow();
              order.add("2");
              sleep(Duration.ofSeconds(1));
              order.add("3");
            });

    assertThat(order).containsExactly("1", "suspending main", "2", "suspending main", "3");
  }

  @Test
  void shouldSayRunningAndNotWaitingWhenATaskHasYielded() {
    Loop.builder()
        .clock(new VirtualClock())
        .run(
            () -> {
              yieldNow();
              assertThat(currentTask()).hasToString("Task[main running]");
            });
  }
}
