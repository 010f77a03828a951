package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sampling, on a clock of the test's own: the step samples itself while it "stalls". */
@Timeout(60)
class StallWatchTest {
  private static final Duration THRESHOLD = Duration.ofMillis(100);

  private final List<Stall> stalls = new ArrayList<>();
  private long clockMillis;

  private StallWatch watch(Loop loop) {
    return new StallWatch(loop, THRESHOLD, stalls::add, 0);
  }

  private void sample(StallWatch watch, int times) {
    for (int n = times; n > 0; n--) {
      watch.sample(Duration.ofMillis(clockMillis).toNanos());
      clockMillis += 25;
    }
  }

  @Test
  void shouldReportOnceWhenOneStepLastsForTheThreshold() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 4);
          assertThat(stalls).isEmpty();
          sample(watch, 10);
          assertThat(stalls).hasSize(1);
        });
    Stall stall = stalls.getFirst();
    assertThat(stall.loop()).isEqualTo("loop");
    assertThat(stall.step()).isEqualTo("task 'main'");
    assertThat(stall.elapsed()).isEqualTo(THRESHOLD);
    assertThat(stall.ended()).isFalse();
    assertThat(stall.waitsFor()).isNull();
  }

  @Test
  void shouldNotReportWhenEachStepIsShort() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          for (int n = 0; n < 20; n++) {
            sample(watch, 4);
            yieldNow();
          }
        });
    assertThat(stalls).isEmpty();
  }

  @Test
  void shouldNotReportAnInnocentWhenTheNextStepOfTheSameTaskBegins() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 4);
          yieldNow();
          sample(watch, 4);
        });
    assertThat(stalls).isEmpty();
  }

  @Test
  void shouldReportAgainAtGrowingIntervalsWhenItGoesOn() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 401);
        });
    assertThat(stalls)
        .extracting(Stall::elapsed)
        .containsExactly(THRESHOLD, Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  @Test
  void shouldSayHowLongItTookWhenItIsOver() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 7);
          yieldNow();
          sample(watch, 1);
        });
    assertThat(stalls).hasSize(2);
    assertThat(stalls.getLast().ended()).isTrue();
    assertThat(stalls.getLast().elapsed()).isEqualTo(Duration.ofMillis(150));
    assertThat(stalls.getLast().report())
        .isEqualTo("a stall of the loop is over: loop=loop step=task 'main' millis=150");
  }

  @Test
  void shouldSayThatItIsOverWhenTheLoopIsNoLongerWatched() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 5);
          watch.end();
        });
    assertThat(stalls).extracting(Stall::ended).containsExactly(false, true);
  }

  @Test
  void shouldNotCountTheTimeInWhichTheWatchdogStoodStillToo() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 2);
          clockMillis += 3_600_000;
          sample(watch, 1);
          assertThat(stalls).isEmpty();
          sample(watch, 1);
          assertThat(stalls).hasSize(1);
        });
  }

  @Test
  void shouldDoNothingWhenItIsNotTimeYet() {
    Virtually.run(
        () -> {
          StallWatch watch = new StallWatch(Loop.current(), THRESHOLD, stalls::add, 1_000_000_000);
          sample(watch, 40);
          assertThat(stalls).isEmpty();
          sample(watch, 5);
          assertThat(stalls).hasSize(1);
        });
  }

  @Test
  void shouldShowTheStackWithoutMachinery() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          sample(watch, 5);
        });
    assertThat(stalls.getFirst().stack())
        .extracting(StackTraceElement::getClassName)
        .anyMatch(name -> name.equals(StallWatchTest.class.getName()))
        .noneMatch(
            name ->
                name.startsWith("jdk.internal.vm")
                    || name.startsWith("org.junit")
                    || name.startsWith("dev.treadle.coroutines")
                    || name.equals(LoopDriver.class.getName())
                    || name.equals(Task.class.getName()));
  }

  @Test
  void shouldNameWhoAwaitsTheTask() {
    Virtually.run(
        () -> {
          StallWatch watch = watch(Loop.current());
          Task<?> slow =
              spawn(
                  "slow",
                  () -> {
                    yieldNow();
                    sample(watch, 5);
                  });
          Task<?> middle = spawn("middle", () -> await(slow));
          group(
              g -> {
                g.spawn("child", () -> await(middle));
              });
        });
    assertThat(stalls).hasSize(1);
    assertThat(stalls.getFirst().awaitedBy())
        .containsExactly("task 'middle'", "task 'child'", "task 'main'");
    assertThat(stalls.getFirst().report())
        .startsWith(
            "the loop stalls: loop=loop step=task 'slow' millis=100; nothing else runs there")
        .contains("\n    at " + StallWatchTest.class.getName())
        .endsWith(
            "\n  awaited by task 'middle'\n  awaited by task 'child'\n  awaited by task 'main'");
  }

  @Test
  void shouldNameTheCallbackWhenOneStalls() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          StallWatch watch = watch(loop);
          loop.callSoon(
              new Runnable() {
                @Override
                public void run() {
                  sample(watch, 5);
                }

                @Override
                public String toString() {
                  return "tick";
                }
              });
          yieldNow();
        });
    assertThat(stalls).extracting(Stall::step).containsExactly("callback tick");
  }

  @Test
  void shouldReportWhatNettyRunsInAPoll() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          StallWatch watch = watch(loop);
          Deferred<String> done = new Deferred<>();
          loop.nettyLoop()
              .execute(
                  () -> {
                    sample(watch, 5);
                    done.complete("");
                  });
          await(done);
        });
    assertThat(stalls).extracting(Stall::step).containsExactly("I/O handler");
  }

  @Test
  void shouldNotReportWhenTheLoopWaitsForEvents() throws InterruptedException {
    for (Transport transport : Transport.values()) {
      if (transport.isAvailable()) {
        try (Loop loop = Loop.builder().transport(transport).stallAfter(Duration.ZERO).start()) {
          CountDownLatch runs = new CountDownLatch(1);
          loop.execute(runs::countDown);
          runs.await();
          awaitNative(loop.thread());
          sample(watch(loop), 100);
        }
      }
    }
    assertThat(stalls).isEmpty();
  }

  /** Until the thread is where a poll waits. */
  private static void awaitNative(Thread thread) throws InterruptedException {
    while (!(thread.getStackTrace() instanceof StackTraceElement[] stack
        && stack.length > 0
        && StallProbe.waitsForEvents(stack))) {
      if (Thread.interrupted()) {
        throw new InterruptedException("not in a poll: " + List.of(thread.getStackTrace()));
      }
      Thread.onSpinWait();
    }
  }
}
