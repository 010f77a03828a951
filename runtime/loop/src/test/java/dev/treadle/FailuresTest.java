package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures nobody observed, and those of callbacks. */
@Timeout(60)
class FailuresTest {
  private final List<String> reported = new ArrayList<>();

  private LoopBuilder loop() {
    return Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()));
  }

  @Test
  void shouldReportOnceAtTheEndWhenNobodyAsked() {
    List<Task<?>> kept = new ArrayList<>();
    loop()
        .run(
            () -> {
              for (String name : List.of("first", "second")) {
                kept.add(
                    spawn(
                        name,
                        () -> {
                          throw new IllegalStateException("of " + name);
                        }));
              }
              yieldNow();
              yieldNow();
              assertThat(reported).isEmpty();
            });
    assertThat(reported).containsExactly("task 'first': of first", "task 'second': of second");
    assertThat(kept).allMatch(Task::isDone);
  }

  @Test
  void shouldNotReportWhenSomebodyAsked() {
    loop()
        .run(
            () -> {
              List<Task<?>> tasks = new ArrayList<>();
              for (int n = 0; n < 6; n++) {
                tasks.add(
                    spawn(
                        () -> {
                          throw new IllegalStateException("seen");
                        }));
              }
              assertThatThrownBy(() -> await(tasks.get(0))).hasMessage("seen");
              assertThatThrownBy(tasks.get(1)::result).hasMessage("seen");
              assertThat(tasks.get(2).failure()).hasMessage("seen");
              assertThat(tasks.get(3).toCompletableFuture()).isCompletedExceptionally();
              // Asked before it failed.
              Task<?> early =
                  spawn(
                      () -> {
                        sleep(Duration.ofSeconds(1));
                        throw new IllegalStateException("seen");
                      });
              Task<?> waiter = spawn(() -> await(early));
              assertThatThrownBy(() -> await(waiter)).hasMessage("seen");
              assertThatExceptionOfType(TaskGroupException.class)
                  .isThrownBy(
                      () ->
                          Treadle.gather(
                              () -> {
                                throw new IllegalStateException("seen");
                              }));
              assertThatThrownBy(tasks.get(4)::result).hasMessage("seen");
              assertThat(tasks.get(5).failure()).isNotNull();
            });
    assertThat(reported).isEmpty();
  }

  @Test
  void shouldNotReportWhenATaskWasCancelled() {
    loop().run(() -> spawn(() -> sleep(Duration.ofDays(1))));
    assertThat(reported).isEmpty();
  }

  @Test
  void shouldReportAndGoOnWhenACallbackThrows() {
    loop()
        .run(
            () -> {
              Loop loop = Loop.current();
              loop.callSoon(
                  () -> {
                    throw new IllegalStateException("soon");
                  });
              loop.callLater(
                  Duration.ofSeconds(1),
                  () -> {
                    throw new StackOverflowError("later");
                  });
              loop.callSoon(() -> reported.add("still called"));
              sleep(Duration.ofSeconds(2));
            });
    assertThat(reported).hasSize(3);
    assertThat(reported.get(0)).startsWith("callback ").endsWith(": soon");
    assertThat(reported.get(1)).isEqualTo("still called");
    assertThat(reported.get(2)).startsWith("callback ").endsWith(": later");
  }

  @Test
  void shouldGoOnWhenTheHandlerItselfThrows() {
    List<LogRecord> logged =
        logged(
            () ->
                Virtually.loop()
                    .onFailure((source, failure) -> throwUnchecked("broken handler"))
                    .run(
                        () -> {
                          Loop.current().callSoon(() -> throwUnchecked("one"));
                          Loop.current().callSoon(() -> throwUnchecked("two"));
                          yieldNow();
                          yieldNow();
                        }));
    assertThat(logged)
        .extracting(record -> record.getThrown().getSuppressed()[0].getMessage())
        .containsExactly("one", "two");
    assertThat(logged)
        .allMatch(record -> record.getMessage().startsWith("a failure handler failed: source="))
        .allMatch(record -> "broken handler".equals(record.getThrown().getMessage()));
  }

  @Test
  void shouldLogOnceWhenThereIsNoHandler() {
    var failure = new IllegalStateException("unseen");
    List<LogRecord> logged =
        logged(
            () ->
                Virtually.run(
                    () -> {
                      spawn("lost", () -> AwaitTest.throwIt(failure));
                      yieldNow();
                    }));
    assertThat(logged).hasSize(1);
    assertThat(logged.get(0).getLevel()).isEqualTo(Level.SEVERE);
    assertThat(logged.get(0).getThrown()).isSameAs(failure);
    assertThat(logged.get(0).getMessage())
        .isEqualTo("a failure nobody handled: source=task 'lost'");
  }

  @Test
  void shouldUseTheNewHandlerWhenItIsReplaced() {
    loop()
        .run(
            () -> {
              Loop loop = Loop.current();
              loop.setFailureHandler((source, failure) -> reported.add("new " + source));
              loop.reportFailure("library", new IllegalStateException());
            });
    assertThat(reported).containsExactly("new library");
  }

  private static List<LogRecord> logged(Runnable body) {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("dev.treadle.Loop");
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      body.run();
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    return records;
  }

  private static void throwUnchecked(String message) {
    throw new IllegalStateException(message);
  }
}
