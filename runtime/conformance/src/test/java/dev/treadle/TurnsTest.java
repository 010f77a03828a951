package dev.treadle;

import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TurnsTest {
  @Ports("test_tasks.SleepTests.test_sleep_zero")
  @Test
  void shouldBeExactlyOneRequeueWhenSleepingForZero() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          for (String name : List.of("a", "b", "c")) {
            spawn(
                () -> {
                  for (int n = 0; n < 3; n++) {
                    events.add(name + n);
                    switch (name) {
                      case "a" -> sleep(Duration.ZERO);
                      case "b" -> yieldNow();
                      default -> sleep(Duration.ofSeconds(-1));
                    }
                  }
                });
          }
          turns(4);
          assertThat(String.join(" ", events)).isEqualTo("a0 b0 c0 a1 b1 c1 a2 b2 c2");
          assertThat(Loop.current().time()).isZero();
        });
  }

  @Ports("test_base_events.BaseEventLoopTests.test__run_once_schedule_handle")
  @Test
  void shouldRunInTheNextTurnWhenAddedInATurn() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          loop.callSoon(
              () -> {
                events.add("first");
                loop.callSoon(() -> events.add("third"));
              });
          loop.callSoon(() -> events.add("second"));
          yieldNow();
          assertThat(events).containsExactly("first", "second");
          yieldNow();
          assertThat(events).containsExactly("first", "second", "third");
        });
  }

  @Ports("test_events.EventLoopTestsMixin.test_timeout_rounding")
  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldNotSpinWhenDelaysAreShorterThanATick(Transport transport) {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        transport.isAvailable(), "not on this machine: transport=" + transport);
    AtomicInteger turns = new AtomicInteger();
    Loop.builder()
        .transport(transport)
        .instrument(
            new Instrument() {
              @Override
              public void turnStarted() {
                turns.incrementAndGet();
              }
            })
        .run(
            () -> {
              for (Duration delay :
                  List.of(
                      Duration.ofMillis(10),
                      Duration.ofNanos(1_500_000),
                      Duration.ofNanos(1_000_001),
                      Duration.ofNanos(600_000),
                      Duration.ofNanos(300_000),
                      Duration.ofNanos(1_000),
                      Duration.ofNanos(1))) {
                Duration before = Loop.current().time();
                sleep(delay);
                assertThat(Loop.current().time().minus(before)).isGreaterThanOrEqualTo(delay);
              }
            });
    // One turn to begin, one for each sleep, and some where a poll ended early.
    assertThat(turns).hasValueLessThanOrEqualTo(20);
  }
}
