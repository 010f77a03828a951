package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.coroutines.PinnedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callbacks, sleeps and their order. */
@Timeout(60)
class TimersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  @Test
  void shouldFireByDeadlineThenByAgeWhenManyAreDue() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          Random random = new Random(3);
          List<String> fired = new ArrayList<>();
          List<String> expected = new ArrayList<>();
          List<List<String>> bySecond = new ArrayList<>();
          for (int second = 0; second < 10; second++) {
            bySecond.add(new ArrayList<>());
          }
          for (int n = 0; n < 500; n++) {
            int second = random.nextInt(10);
            String name = second + "#" + n;
            bySecond.get(second).add(name);
            if (random.nextBoolean()) {
              loop.callLater(Duration.ofSeconds(second + 1), () -> fired.add(name));
            } else {
              loop.callAt(Duration.ofSeconds(second + 1), () -> fired.add(name));
            }
          }
          bySecond.forEach(expected::addAll);
          sleep(Duration.ofSeconds(20));
          assertThat(fired).isEqualTo(expected);
        });
  }

  @Test
  void shouldFireInTheOrderOfTheCallsWhenCalledAtOneTimeOnTheRealClock() {
    Treadle.run(
        () -> {
          Loop loop = Loop.current();
          List<Integer> fired = new ArrayList<>();
          Duration when = loop.time().plusMillis(20);
          for (int n = 0; n < 2000; n++) {
            int number = n;
            loop.callAt(when, () -> fired.add(number));
          }
          while (fired.size() < 2000) {
            sleep(Duration.ofMillis(1));
          }
          assertThat(fired).isSorted();
        });
  }

  @Test
  void shouldFireInTheOrderOfTheCallsWhenTheTimePassesBetweenThem() {
    VirtualClock clock = new VirtualClock();
    List<String> fired = new ArrayList<>();
    Loop.builder()
        .clock(clock)
        .run(
            () -> {
              Loop loop = Loop.current();
              loop.callAt(SECOND, () -> fired.add("first"));
              clock.advance(SECOND.multipliedBy(2));
              loop.callAt(SECOND, () -> fired.add("second"));
              Virtually.turns(3);
            });
    assertThat(fired).containsExactly("first", "second");
  }

  @Test
  void shouldCallInTheNextTurnWhenTheTimeHasPassed() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          sleep(SECOND);
          List<String> events = new ArrayList<>();
          loop.callLater(Duration.ofSeconds(-1), () -> events.add("negative"));
          loop.callLater(Duration.ZERO, () -> events.add("zero"));
          loop.callAt(Duration.ofMillis(1), () -> events.add("past"));
          loop.callAt(HUGE.negated(), () -> events.add("long past"));
          loop.callAt(SECOND, () -> events.add("now"));
          assertThat(events).isEmpty();
          yieldNow();
          assertThat(events).containsExactly("negative", "zero", "past", "long past", "now");
          assertThat(loop.time()).isEqualTo(SECOND);
        });
  }

  @Test
  void shouldNotCallWhenTheHandleIsCancelled() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          Handle soon = loop.callSoon(() -> events.add("soon"));
          Handle later = loop.callLater(SECOND, () -> events.add("later"));
          Handle due = loop.callLater(SECOND, () -> events.add("due"));
          Handle kept = loop.callLater(SECOND, () -> events.add("kept"));
          // Cancelled by a callback of the same deadline: it is in the ready queue already.
          loop.callLater(SECOND.minusNanos(1), due::cancel);
          assertThat(soon.isPending()).isTrue();
          assertThat(later).asString().startsWith("Handle[").doesNotContain("done");
          soon.cancel();
          later.cancel();
          later.cancel();
          sleep(SECOND.multipliedBy(2));
          assertThat(events).containsExactly("kept");
          assertThat(List.of(soon, later, due, kept)).noneMatch(Handle::isPending);
          assertThat(kept).hasToString("Handle[done]");
          kept.cancel();
        });
  }

  @Test
  void shouldNotCallWhenCancelledInTheTurnItIsDueIn() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          List<Handle> handles = new ArrayList<>();
          loop.callLater(SECOND, () -> handles.get(0).cancel());
          handles.add(loop.callLater(SECOND, () -> events.add("victim")));
          sleep(SECOND.multipliedBy(2));
          assertThat(events).isEmpty();
        });
  }

  @Test
  void shouldLeaveNothingBehindWhenTimersAreCancelled() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          for (int n = 0; n < 1000; n++) {
            loop.callLater(HUGE, () -> {}).cancel();
          }
          for (int n = 0; n < 100; n++) {
            assertThat(Treadle.moveOnAfter(Duration.ofMillis(1), () -> sleep(SECOND))).isFalse();
          }
          assertThat(loop.timers.size()).isZero();
        });
  }

  @Test
  void shouldNotOverflowWhenTheDurationIsHuge() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          loop.callLater(HUGE, () -> events.add("later"));
          loop.callAt(HUGE, () -> events.add("at"));
          Task<?> sleeper = spawn(() -> sleep(HUGE));
          Task<?> bounded = spawn(() -> Treadle.withTimeout(HUGE, () -> sleep(SECOND)));
          await(bounded);
          assertThat(loop.time()).isEqualTo(SECOND);
          assertThat(events).isEmpty();
          assertThat(sleeper.isDone()).isFalse();
          await(sleeper);
          assertThat(loop.time()).isGreaterThan(Duration.ofDays(36_000));
        });
  }

  @Test
  void shouldStarveNeitherTimersNorOtherThreadsWhenATaskKeepsRequeueing() {
    Treadle.run(
        () -> {
          Loop loop = Loop.current();
          List<String> events = new ArrayList<>();
          loop.callLater(Duration.ofMillis(2), () -> events.add("timer"));
          loop.nettyLoop()
              .schedule(
                  () -> events.add("netty timer"), 2, java.util.concurrent.TimeUnit.MILLISECONDS);
          Thread.startVirtualThread(() -> loop.execute(() -> events.add("thread")));
          while (events.size() < 3) {
            yieldNow();
          }
          assertThat(events).containsExactlyInAnyOrder("timer", "netty timer", "thread");
        });
  }

  @Test
  void shouldSleepAsLongAsAskedWhenAnEarlierYieldWasPinned() {
    Virtually.run(
        () -> {
          Object monitor = new Object();
          synchronized (monitor) {
            org.assertj.core.api.Assertions.assertThatExceptionOfType(PinnedException.class)
                .isThrownBy(Treadle::yieldNow);
          }
          sleep(SECOND);
          assertThat(Loop.current().time()).isEqualTo(SECOND);
        });
  }

  @Test
  void shouldRefuseToGoBackWhenAdvancedByLessThanZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VirtualClock().advance(Duration.ofNanos(-1)))
        .withMessage("a clock cannot go back: advance=PT-0.000000001S; give zero or more");
  }
}
