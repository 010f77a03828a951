package dev.treadle;

import static dev.treadle.Treadle.await;
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
class SettleTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualClock clock = new VirtualClock();
  private final List<String> events = new ArrayList<>();

  private void run(Action<Exception> body) {
    Loop.builder().clock(clock).run(body);
  }

  @Ports("trio.test_mock_clock.test_mock_clock_autojump_0_and_wait_all_tasks_blocked_0")
  @Test
  void shouldReturnBeforeTimeJumpsWhenAllOthersWait() {
    run(
        () -> {
          spawn(
              () -> {
                clock.settle();
                events.add("settled at " + clock.elapsed());
              });
          sleep(SECOND.multipliedBy(10));
          events.add("slept until " + clock.elapsed());
        });
    assertThat(events).containsExactly("settled at PT0S", "slept until PT10S");
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest.testRunCurrentEmptyQueue")
  @Test
  void shouldReturnWhenThereIsNobodyElse() {
    run(
        () -> {
          clock.settle();
          clock.advanceUntilIdle();
          assertThat(clock.elapsed()).isZero();
        });
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest.testRunCurrent")
  @Test
  void shouldReturnWhenTheOthersHaveRunAsFarAsTheyCan() {
    run(
        () -> {
          spawn(
              () -> {
                for (int n = 0; n < 100; n++) {
                  yieldNow();
                }
                events.add("ran");
                sleep(SECOND);
                events.add("slept");
              });
          clock.settle();
          assertThat(events).containsExactly("ran");
          sleep(SECOND);
          clock.settle();
          assertThat(events).containsExactly("ran", "slept");
          assertThat(clock.elapsed()).isEqualTo(SECOND);
        });
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest.testAdvanceUntilIdle")
  @Test
  void shouldRunEverythingThatTimeBringsWhenAdvancedUntilIdle() {
    run(
        () -> {
          spawn(
              () -> {
                for (int n = 1; n <= 3; n++) {
                  sleep(SECOND.multipliedBy(n));
                  events.add("at " + clock.elapsed());
                }
              });
          Task<?> stuck = spawn(() -> await(new Deferred<String>()));
          clock.advanceUntilIdle();
          assertThat(events).containsExactly("at PT1S", "at PT3S", "at PT6S");
          assertThat(clock.elapsed()).isEqualTo(SECOND.multipliedBy(6));
          stuck.cancel();
        });
  }

  @Ports("kotlinx.TestCoroutineSchedulerTest.testAdvanceTimeByEnsureRunsInOrder")
  @Test
  void shouldRunWhatIsDueInItsOrderWhenSleepingPastIt() {
    run(
        () -> {
          for (int seconds : List.of(3, 1, 4, 2)) {
            spawn(
                () -> {
                  sleep(SECOND.multipliedBy(seconds));
                  events.add(seconds + " at " + clock.elapsed());
                });
          }
          sleep(SECOND.multipliedBy(3));
          clock.settle();
          assertThat(events).containsExactly("1 at PT1S", "2 at PT2S", "3 at PT3S");
          clock.advanceUntilIdle();
          assertThat(events).hasSize(4);
        });
  }
}
