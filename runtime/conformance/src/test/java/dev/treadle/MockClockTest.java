package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.conformance.Ports;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MockClockTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Ports("trio.test_mock_clock.test_mock_clock")
  @Test
  void shouldShowTheTimeItWasMovedToWhenAdvanced() {
    Instant start = Instant.parse("2026-11-20T15:16:20Z");
    VirtualClock clock = new VirtualClock(start);
    assertThat(clock.elapsed()).isZero();
    assertThat(clock.instant()).isEqualTo(start);
    clock.advance(SECOND);
    clock.advance(Duration.ZERO);
    assertThat(clock.elapsed()).isEqualTo(SECOND);
    assertThat(clock.instant()).isEqualTo(start.plusSeconds(1));
    assertThat(clock).hasToString("VirtualClock[PT1S]");
    Loop.builder()
        .clock(clock)
        .run(
            () -> {
              Loop loop = Loop.current();
              assertThat(loop.time()).isZero();
              sleep(SECOND);
              assertThat(loop.time()).isEqualTo(SECOND);
              assertThat(loop.clock().instant()).isEqualTo(start.plusSeconds(2));
              assertThat(loop.clock().withZone(ZoneOffset.UTC).instant())
                  .isEqualTo(start.plusSeconds(2));
              assertThat(loop.clock().withZone(ZoneOffset.UTC).getZone()).isEqualTo(ZoneOffset.UTC);
            });
  }

  @Ports("trio.test_mock_clock.test_mock_clock_autojump")
  @Test
  void shouldJumpFromTimerToTimerWhenIdle() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          spawn(
              () -> {
                for (int n = 0; n < 5; n++) {
                  sleep(Duration.ofDays(2));
                  events.add("slow " + loop.time().toDays());
                }
              });
          for (int n = 0; n < 5; n++) {
            sleep(Duration.ofDays(3));
            events.add("slower " + loop.time().toDays());
          }
          assertThat(events)
              .containsExactly(
                  "slow 2",
                  "slower 3",
                  "slow 4",
                  "slower 6",
                  "slow 6",
                  "slow 8",
                  "slower 9",
                  "slow 10",
                  "slower 12",
                  "slower 15");
        });
  }

  @Ports("trio.test_mock_clock.test_mock_clock_autojump_interference")
  // Time never jumps while something can run.
  @Test
  void shouldStandStillWhenATaskKeepsRunning() {
    Virtually.run(
        () -> {
          Task<?> sleeper = spawn(() -> sleep(Duration.ofNanos(1)));
          Virtually.turns(1000);
          assertThat(sleeper.isDone()).isFalse();
          assertThat(Loop.current().time()).isZero();
          await(sleeper);
          assertThat(Loop.current().time()).isEqualTo(Duration.ofNanos(1));
        });
  }

  @Ports(
      value = "trio.test_mock_clock.test_mock_clock_autojump_0_and_wait_all_tasks_blocked_0",
      differs = "a sleep of one nanosecond is the wait for quiet: it ends before all longer ones")
  @Test
  void shouldServeWhoWaitsForQuietBeforeItJumps() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          spawn(
              () -> {
                sleep(SECOND.multipliedBy(100));
                events.add("yawn");
              });
          Task<?> waiter =
              spawn(
                  () -> {
                    sleep(Duration.ofNanos(1));
                    events.add("quiet");
                    sleep(SECOND.multipliedBy(1000));
                    events.add("done");
                  });
          spawn(
              () -> {
                Virtually.turns(100);
                events.add("busy");
              });
          await(waiter);
          assertThat(events).containsExactly("busy", "quiet", "yawn", "done");
        });
  }
}
