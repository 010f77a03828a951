package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.queue.AsyncQueue;
import dev.treadle.queue.QueueClosedException;
import dev.treadle.queue.ThreadSide;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class DebugModeTest {
  private static LoopBuilder debug() {
    return Virtually.loop().debug(true);
  }

  @Test
  void shouldBeOffUnlessAskedFor() {
    assertThat(Virtually.<Boolean>run(() -> Loop.current().isDebug())).isFalse();
    assertThat(debug().<Boolean>run(() -> Loop.current().isDebug())).isTrue();
  }

  @Test
  void shouldLetClosedLoopsBeAskedFromAnyThread() {
    Loop loop = Loop.builder().debug(true).start();
    Task<String> task = loop.submit(() -> "value");
    await(task);
    loop.close();
    assertThat(task.isCancelling()).isFalse();
  }

  @Test
  void shouldLogNoSlowStepWithoutDebugMode() {
    assertThat(
            logOf(
                () ->
                    Virtually.loop()
                        .stallAfter(Duration.ofNanos(1))
                        .onStall(stall -> {})
                        .run(() -> yieldNow())))
        .isEmpty();
  }

  @Test
  void shouldSayInTheDumpWhereTasksAndDeferredsWereMade() {
    debug()
        .run(
            () -> {
              Deferred<String> never = new Deferred<>();
              Task<String> waits = spawn("waits", () -> await(never));
              yieldNow();
              String made = " made at " + DebugModeTest.class.getName() + ".lambda$";
              assertThat(Loop.current().dump())
                  .containsPattern(
                      "Task\\[waits suspended on await Deferred.*made at .*].*, made at .*DebugModeTest");
              assertThat(waits.toString()).contains(made);
              assertThat(never.toString()).contains(made);
              assertThat(new CancelScope().toString()).contains(made);
            });
  }

  @Test
  void shouldRememberNothingWithoutDebugMode() {
    debug().run(() -> {});
    Virtually.run(
        () -> {
          assertThat(Origins.of(new Deferred<String>())).isEmpty();
          assertThat(new CancelScope().toString()).doesNotContain("made at");
        });
  }

  @Test
  void shouldSayWhereAnUnobservedFailureCameFrom() {
    List<Throwable> failures = new ArrayList<>();
    debug()
        .onFailure((source, failure) -> failures.add(failure))
        .run(
            () -> {
              spawn("fails", () -> fail("task"));
              Loop loop = Loop.current();
              loop.callSoon(() -> fail("callback"));
              onThread(() -> loop.execute(() -> fail("handed over")));
              yieldNow();
            });
    assertThat(failures)
        .hasSize(3)
        .allSatisfy(
            failure ->
                assertThat(failure.getSuppressed())
                    .singleElement()
                    .satisfies(
                        note -> {
                          assertThat(note.toString()).endsWith(" was made at");
                          assertThat(note.getStackTrace()[0].getClassName())
                              .isEqualTo(DebugModeTest.class.getName());
                        }));
  }

  @Test
  void shouldRefuseAnAwaitInsideSynchronizedWithoutTheJvmsHelp() throws IOException {
    try (ChildJvm child =
        ChildJvm.start(AwaitsInside.class, "-XX:LockingMode=2", "-Dtreadle.debug=true")) {
      child.awaitLine("pinned=MONITOR");
      child.awaitLine("went on");
    }
  }

  private static void fail(String message) {
    throw new IllegalStateException(message);
  }

  private static List<String> logOf(Runnable body) {
    List<String> lines = new ArrayList<>();
    Logger logger = Logger.getLogger("dev.treadle.Loop");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      body.run();
    } finally {
      logger.removeHandler(handler);
    }
    return lines;
  }

  /** Awaits inside synchronized, then outside. */
  static final class AwaitsInside {
    private static final Object MONITOR = new Object();

    private AwaitsInside() {}

    public static void main(String[] args) {
      Treadle.run(
          () -> {
            synchronized (MONITOR) {
              try {
                yieldNow();
              } catch (dev.treadle.coroutines.PinnedException pinned) {
                System.out.println("pinned=" + pinned.reason());
              }
            }
            yieldNow();
            System.out.println("went on");
          });
    }
  }

  @Test
  void shouldLetAnyThreadCompleteWhatOfAClosedLoopAnotherLoopAwaits() {
    Loop closed = Loop.builder().name("closed").debug(true).start();
    Deferred<Integer> late = new Deferred<>(closed);
    closed.close();
    Integer value =
        Loop.builder()
            .debug(true)
            .run(
                () -> {
                  Treadle.spawn(
                      () ->
                          Treadle.onThread(
                              () -> {
                                assertThat(late.complete(1)).isTrue();
                              }));
                  return Treadle.await(late);
                });
    assertThat(value).isEqualTo(1);
  }

  @Test
  void shouldTellAThreadThatItsSideOfAQueueIsClosed() {
    try (Loop loop = Loop.builder().debug(true).start()) {
      ThreadSide<String> side =
          Treadle.await(loop.submit(() -> AsyncQueue.<String>unbounded().forThreads()));
      side.close();
      assertThatExceptionOfType(QueueClosedException.class)
          .isThrownBy(side::poll)
          .withMessage(
              "poll() refused: side=ThreadSide[closed calls=0] is closed; end the thread that uses"
                  + " it");
    }
  }
}
