package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownTest {
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Where virtual time stands still, graces are real: no longer than it takes to see them. */
  private static final Duration SHORT = Duration.ofMillis(30);

  private final List<ShutdownReport> reports = new CopyOnWriteArrayList<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final VirtualClock clock = new VirtualClock();

  private LoopBuilder loop(Duration grace) {
    return reporting(Loop.builder().clock(clock)).shutdownGrace(grace);
  }

  private LoopBuilder reporting(LoopBuilder builder) {
    return builder.onFailure(
        (source, failure) -> {
          assertThat(source).isEqualTo("the end of loop 'loop'");
          assertThat(failure).isInstanceOf(ShutdownException.class);
          reports.add(((ShutdownException) failure).report());
          assertThat(failure).hasMessage(reports.getLast().toString());
        });
  }

  @Test
  void shouldWaitForCleanUpWithinTheGrace() {
    loop(GRACE)
        .run(
            () -> {
              spawn(
                  "cleans up",
                  () -> {
                    try {
                      VirtualLoop.sleepForever();
                    } finally {
                      shield(() -> sleep(Duration.ofSeconds(9)));
                      events.add("clean");
                    }
                  });
              yieldNow();
            });
    assertThat(events).containsExactly("clean");
    assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(9));
    assertThat(reports).isEmpty();
  }

  @Test
  void shouldForceAShieldWhenTheGraceHasPassed() {
    loop(GRACE)
        .run(
            () -> {
              spawn("shielded", this::cleansUpTooLong);
              yieldNow();
            });
    assertThat(events).containsExactly("shield left", "second shield left");
    assertThat(clock.elapsed()).isEqualTo(GRACE);
    ShutdownReport report = reports.getFirst();
    assertThat(report.isClean()).isFalse();
    assertThat(report.stuck()).isEmpty();
    assertThat(report.threads()).isEmpty();
    ShutdownReport.Entry entry = report.forced().getFirst();
    assertThat(entry.name()).isEqualTo("shielded");
    assertThat(entry.state()).isEqualTo("suspended");
    assertThat(entry.waitingFor()).isEqualTo("sleep, PT50S left");
    assertThat(entry.stack())
        .anyMatch(frame -> frame.getMethodName().equals("cleansUpTooLong"))
        .noneMatch(frame -> frame.getClassName().equals(Task.class.getName()));
    assertThat(report.toString())
        .startsWith(
            "not all of loop 'loop' stopped by itself: forced=1 stuck=0 threads=0\n"
                + "  forced shielded suspended on sleep, PT50S left\n"
                + "    at ");
  }

  private void cleansUpTooLong() {
    try {
      shield(() -> sleep(Duration.ofMinutes(1)));
    } finally {
      events.add("shield left");
      try {
        // A new one does not hold, either.
        shield(() -> sleep(Duration.ofMinutes(1)));
      } finally {
        events.add("second shield left");
      }
    }
  }

  @Test
  void shouldDropATaskThatIsNotToBeForced() {
    Task<?> dropped =
        loop(SHORT)
            .run(
                () -> {
                  Task<?> stubborn =
                      spawn(
                          "stubborn",
                          () -> {
                            while (true) {
                              try {
                                VirtualLoop.sleepForever();
                              } catch (Cancelled again) {
                                // On purpose.
                              }
                            }
                          });
                  yieldNow();
                  return stubborn;
                });
    assertThat(dropped.isCancelled()).isTrue();
    ShutdownReport report = reports.getFirst();
    assertThat(report.forced()).isEmpty();
    assertThat(report.stuck()).hasSize(1);
    assertThat(report.stuck().getFirst().name()).isEqualTo("stubborn");
    assertThat(report.threads()).isEmpty();
  }

  private static void ignoreInterrupts(CompletableFuture<Thread> used, CountDownLatch release) {
    used.complete(Thread.currentThread());
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // As a body that takes no interrupt.
      }
    }
  }

  @Test
  void shouldGiveACleanReportWhenAllStopped() {
    Loop loop = reporting(Loop.builder()).start();
    Task<?> task = loop.submit("sleeper", VirtualLoop::sleepForever);
    ShutdownReport report = loop.close(GRACE);
    assertThat(report.isClean()).isTrue();
    assertThat(report).hasToString("all of loop 'loop' stopped");
    assertThat(report.loop()).isEqualTo("loop");
    assertThat(task.isCancelled()).isTrue();
    assertThat(loop.close(GRACE)).isSameAs(report);
    assertThat(reports).isEmpty();
  }

  @Test
  void shouldForceOnTheRealClockAndTellWhoAwaitsWhatWasDropped() {
    Loop loop = reporting(Loop.builder()).start();
    Task<?> waits = loop.submit("waits", () -> shield(() -> await(new Deferred<String>())));
    Task<?> stubborn =
        loop.submit(
            "stubborn",
            () -> {
              while (true) {
                try {
                  VirtualLoop.sleepForever();
                } catch (Cancelled again) {
                  // On purpose.
                }
              }
            });
    await(loop.submit(() -> null));
    ShutdownReport report = loop.close(SHORT);
    assertThat(report.forced()).extracting(ShutdownReport.Entry::name).containsExactly("waits");
    assertThat(report.stuck()).extracting(ShutdownReport.Entry::name).containsExactly("stubborn");
    assertThat(reports).containsExactly(report);
    for (Task<?> task : List.of(waits, stubborn)) {
      assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    }
    assertThat(loop.isClosed()).isTrue();
    assertThat(loop.thread().isAlive()).isFalse();
  }

  @Test
  void shouldReturnWithTheStackOfATaskThatKeepsTheLoopsThread() throws Exception {
    Loop loop = reporting(Loop.builder()).start();
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Thread> used = new CompletableFuture<>();
    loop.submit("hog", () -> ignoreInterrupts(used, release));
    used.join();
    ShutdownReport report = loop.close(SHORT);
    assertThat(loop.isClosed()).isFalse();
    ShutdownReport.Entry hog = report.stuck().getFirst();
    assertThat(hog.name()).isEqualTo("hog");
    assertThat(hog.state()).isEqualTo("keeps the loop's thread");
    assertThat(hog.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
    assertThat(reports).containsExactly(report);
    release.countDown();
    loop.thread().join();
    assertThat(loop.isClosed()).isTrue();
    assertThat(reports).hasSize(1);
  }

  @Test
  void shouldEndABorrowedLoopWhoseMainTaskIgnoresTheEnd() throws Exception {
    CompletableFuture<Loop> borrowed = new CompletableFuture<>();
    CompletableFuture<ShutdownReport> got = new CompletableFuture<>();
    Thread closer = Thread.ofPlatform().start(() -> got.complete(borrowed.join().close(SHORT)));
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                reporting(Loop.builder())
                    .run(
                        () -> {
                          borrowed.complete(Loop.current());
                          while (true) {
                            try {
                              VirtualLoop.sleepForever();
                            } catch (Cancelled again) {
                              // On purpose.
                            }
                          }
                        }));
    closer.join();
    assertThat(got.join().stuck()).extracting(ShutdownReport.Entry::name).containsExactly("main");
  }

  @Test
  void shouldWaitWithoutLimitAndSayWhyWhenThereIsNoGrace() throws Exception {
    Logger logger = Logger.getLogger("dev.treadle.Loop");
    CompletableFuture<String> logged = new CompletableFuture<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.complete(new java.util.logging.SimpleFormatter().formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      LoopBuilder builder = reporting(Loop.builder());
      builder.patience = SHORT;
      Loop loop = builder.start();
      Deferred<String> release = new Deferred<>(loop);
      loop.submit("slow clean-up", () -> shield(() -> await(release)));
      await(loop.submit(() -> null));
      Thread closer = Thread.ofPlatform().start(loop::close);
      assertThat(logged.join())
          .startsWith("the loop waits for its tasks to end, for seconds=0: Loop[loop ")
          .contains("Task[slow clean-up suspended on await");
      assertThat(loop.isClosed()).isFalse();
      release.complete("done");
      closer.join();
      assertThat(loop.isClosed()).isTrue();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void shouldRefuseToWaitForItself() {
    Virtually.run(
        () ->
            assertThatIllegalStateException()
                .isThrownBy(() -> Loop.current().close(GRACE))
                .withMessageStartingWith("close(Duration) on the loop's own thread: loop=loop;"));
  }

  @Test
  void shouldRefuseAGraceOfNoTime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Loop.builder().shutdownGrace(Duration.ZERO))
        .withMessage("a grace must be positive: grace=PT0S; give the time a clean-up may take");
    try (Loop loop = Loop.start("loop")) {
      assertThatIllegalArgumentException().isThrownBy(() -> loop.close(Duration.ofSeconds(-1)));
    }
  }
}
