package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnersTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Ports("test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks")
  @Test
  void shouldCancelAndAwaitHangingTasksWhenTheMainTaskEnds() {
    List<String> events = new ArrayList<>();
    Loop[] loop = new Loop[1];
    String value =
        Virtually.run(
            () -> {
              loop[0] = Loop.current();
              for (String name : List.of("a", "b")) {
                spawn(
                    name,
                    () -> {
                      try {
                        sleep(DAY);
                      } finally {
                        Treadle.shield(() -> sleep(Duration.ofSeconds(1)));
                        events.add(name + " cleaned up");
                      }
                    });
              }
              yieldNow();
              spawn("never begun", () -> events.add("never"));
              return "value";
            });
    assertThat(value).isEqualTo("value");
    assertThat(events).containsExactly("a cleaned up", "b cleaned up");
    assertThat(loop[0].isClosed()).isTrue();
    assertThat(Loop.isLoopThread(Thread.currentThread())).isFalse();
  }

  @Ports("test_runners.RunnerTests.test_recursive_run")
  @Ports("test_base_events.RunningLoopTests.test_running_loop_within_a_loop")
  @Test
  void shouldRefuseWhenRunInsideARunningLoop() {
    Virtually.loop()
        .name("outer")
        .run(
            () -> {
              String message =
                  "run() inside a running loop: loop=outer; use spawn(...) or await(...)";
              assertThatIllegalStateException()
                  .isThrownBy(() -> Treadle.run(() -> 1))
                  .withMessage(message);
              List<String> inCallback = new ArrayList<>();
              Loop.current()
                  .callSoon(
                      () -> {
                        try {
                          Treadle.run(() -> 1);
                        } catch (IllegalStateException e) {
                          inCallback.add(String.valueOf(e.getMessage()));
                        }
                      });
              yieldNow();
              assertThat(inCallback).containsExactly(message);
            });
  }
}
