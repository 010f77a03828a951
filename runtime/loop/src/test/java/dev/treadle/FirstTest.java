package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FirstTest {
  @Test
  void shouldRun() {
    int n =
        Loop.builder()
            .clock(new VirtualClock())
            .run(
                () -> {
                  var t =
                      spawn(
                          "a",
                          () -> {
                            sleep(Duration.ofSeconds(3));
                            return 2;
                          });
                  int sum =
                      group(
                          g -> {
                            var x =
                                g.spawn(
                                    () -> {
                                      sleep(Duration.ofSeconds(1));
                                      return 1;
                                    });
                            return await(x) + 1;
                          });
                  assertThatThrownBy(
                          () ->
                              withTimeout(
                                  Duration.ofMillis(10), () -> sleep(Duration.ofSeconds(9))))
                      .isInstanceOf(DeadlineExceededException.class);
                  return sum + await(t);
                });
    assertThat(n).isEqualTo(4);
    run(() -> sleep(Duration.ofMillis(2)));
  }

  @Test
  void shouldFindDeadlock() {
    assertThatThrownBy(
            () ->
                Loop.builder()
                    .clock(new VirtualClock())
                    .run(
                        () -> {
                          await(new Deferred<String>());
                        }))
        .isInstanceOf(DeadlockException.class)
        .hasMessageContaining("FirstTest");
  }
}
