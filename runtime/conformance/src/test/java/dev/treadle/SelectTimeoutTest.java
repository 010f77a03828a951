package dev.treadle;

import static dev.treadle.Treadle.on;
import static dev.treadle.Treadle.onTimeout;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectTimeoutTest {
  @Ports("kotlinx.SelectTimeoutTest.testBasic")
  @Test
  void shouldTakeTheShortestTimeoutWhenThereAreSeveral() {
    VirtualLoop.run(
        () -> {
          assertThat(
                  Treadle.<String>select(
                      onTimeout(ms(1000), () -> "a"),
                      onTimeout(ms(100), () -> "b"),
                      onTimeout(ms(100), () -> "c")))
              .isEqualTo("b");
          assertThat(now()).isEqualTo(100);
        });
  }

  @Ports("kotlinx.SelectTimeoutTest.testZeroTimeout")
  @Ports("kotlinx.SelectTimeoutTest.testNegativeTimeout")
  @Test
  void shouldNotWaitWhenATimeoutIsZeroOrLess() {
    VirtualLoop.run(
        () -> {
          Deferred<Integer> never = new Deferred<>();
          for (int millis : List.of(0, -5)) {
            assertThat(
                    Treadle.<String>select(
                        on(never, v -> "never"),
                        onTimeout(ms(1000), () -> "late"),
                        onTimeout(ms(millis), () -> "now")))
                .isEqualTo("now");
          }
          assertThat(now()).isZero();
          assertThat(never.waiterCount()).isZero();
        });
  }
}
