package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.gather;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How the trace of a failure reads that went through several tasks. */
class TraceTest {
  private static final String HERE = TraceTest.class.getName();

  /** The trace as printed: notes and failures, and of the frames the methods of this class. */
  private static List<String> read(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString()
        .lines()
        .filter(line -> !line.contains("\tat ") || line.contains(HERE + ".") && !line.contains("$"))
        .map(line -> line.replace("\tat " + HERE + ".", "- ").replaceAll("\\(TraceTest.java.*", ""))
        .map(String::strip)
        .toList();
  }

  private static List<String> machinery(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString()
        .lines()
        .filter(line -> line.contains("\tat dev.treadle.") && !line.contains("Test"))
        .filter(line -> !line.contains(".Virtually.") && !line.contains(".VirtualLoop."))
        .toList();
  }

  private static Throwable failureOf(Callable<?> body) {
    Throwable failure = catchThrowable(() -> Virtually.run(body));
    assertThat(failure).isNotNull();
    return Objects.requireNonNull(failure);
  }

  private static String page() {
    sleep(Duration.ofMillis(5));
    throw new IllegalStateException("no route");
  }

  private static String file() throws IOException {
    throw new FileNotFoundException("x");
  }

  private static String parse(Task<String> page) {
    return await(page).strip();
  }

  private static int render(Task<String> text) {
    return await(text).length();
  }

  @Test
  void shouldGoOnThroughEachAwaiterWhenAFailurePassesSeveralTasks() {
    Throwable failure =
        failureOf(
            () -> {
              Task<String> fetch = spawn("fetch", () -> page());
              Task<String> parse = spawn("parse", () -> parse(fetch));
              Task<Integer> render = spawn("render", () -> render(parse));
              return await(render);
            });
    assertThat(read(failure))
        .containsExactly(
            "java.lang.IllegalStateException: no route",
            "- page",
            "Suppressed: task 'fetch' was awaited by task 'parse' from",
            "- parse",
            "Suppressed: task 'parse' was awaited by task 'render' from",
            "- render",
            "Suppressed: task 'render' was awaited by task 'main' from",
            "- failureOf",
            "- shouldGoOnThroughEachAwaiterWhenAFailurePassesSeveralTasks");
    assertThat(machinery(failure)).isEmpty();
    assertThat(failure.getStackTrace())
        .as("what is below a task that is not the main one")
        .extracting(StackTraceElement::getClassName)
        .containsOnly(HERE);
  }

  @Test
  void shouldGoOnInTheCallerOfRunWhenTheMainTaskFails() {
    Throwable failure = failureOf(() -> page());
    assertThat(read(failure))
        .containsExactly(
            "java.lang.IllegalStateException: no route",
            "- page",
            "- failureOf",
            "- shouldGoOnInTheCallerOfRunWhenTheMainTaskFails");
    assertThat(machinery(failure)).isEmpty();
  }

  @Test
  void shouldKeepTheNotesTogetherWhenACheckedFailureIsWrapped() {
    Throwable failure =
        failureOf(
            () -> {
              Task<String> fetch = spawn("fetch", () -> file());
              Task<String> parse = spawn("parse", () -> parse(fetch));
              return await(parse);
            });
    assertThat(failure).isInstanceOf(CompletionException.class);
    assertThat(read(failure))
        .containsExactly(
            "java.util.concurrent.CompletionException: java.io.FileNotFoundException: x",
            "- parse",
            "Caused by: java.io.FileNotFoundException: x",
            "- file",
            "Suppressed: task 'fetch' was awaited by task 'parse' from",
            "- parse",
            "Suppressed: task 'parse' was awaited by task 'main' from",
            "- failureOf",
            "- shouldKeepTheNotesTogetherWhenACheckedFailureIsWrapped");
    assertThat(machinery(failure)).isEmpty();
  }

  private static void pages() {
    group(
        "pages",
        g -> {
          g.spawn("one", () -> page());
          g.spawn("two", () -> sleep(Duration.ofDays(1)));
        });
  }

  @Test
  void shouldSayWhichChildAndWhereTheGroupIsWhenAGroupFails() {
    Throwable failure =
        failureOf(
            () -> {
              pages();
              return null;
            });
    assertThat(read(failure).subList(1, 4))
        .containsExactly(
            "- pages", "- failureOf", "- shouldSayWhichChildAndWhereTheGroupIsWhenAGroupFails");
    assertThat(read(Objects.requireNonNull(failure.getCause())))
        .containsExactly(
            "java.lang.IllegalStateException: no route",
            "- page",
            "Suppressed: task 'one' was a child of group 'pages' in task 'main' at",
            "- pages");
    assertThat(machinery(failure)).isEmpty();
  }

  @Test
  void shouldNoteOnlyTheAwaitWhenAChildsFailureIsAwaitedInItsGroup() {
    Throwable failure =
        failureOf(
            () ->
                group(
                    g -> {
                      return parse(g.spawn("child", () -> page()));
                    }));
    assertThat(read(Objects.requireNonNull(failure.getCause())))
        .startsWith(
            "java.lang.IllegalStateException: no route",
            "- page",
            "Suppressed: task 'child' was awaited by task 'main' from",
            "- parse")
        .filteredOn(line -> line.startsWith("Suppressed"))
        .hasSize(1);
    Throwable gathered = failureOf(() -> gather(() -> page(), () -> "other"));
    assertThat(read(Objects.requireNonNull(gathered.getCause())))
        .contains("Suppressed: task 'task-2' was a child of group 'gather' in task 'main' at");
  }

  @Test
  void shouldNoteEachTaskOnceWhenSeveralAwaitTheSame() {
    Virtually.run(
        () -> {
          Task<String> fetch = spawn("fetch", () -> page());
          for (int i = 0; i < 5; i++) {
            spawn("reader " + i, () -> catchThrowable(() -> parse(fetch)));
          }
          sleep(Duration.ofMillis(10));
          Throwable failure = Objects.requireNonNull(fetch.failure());
          assertThat(failure.getSuppressed())
              .extracting(Throwable::getMessage)
              .containsExactly("task 'fetch' was awaited by task 'reader 0' from");
        });
  }

  private static void throwIt(RuntimeException failure) {
    throw failure;
  }

  @Test
  void shouldCountTheRestWhenOneExceptionIsThrownAgainAndAgain() {
    IllegalStateException shared = new IllegalStateException("shared");
    Virtually.run(
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertThat(catchThrowable(() -> await(spawn(() -> throwIt(shared))))).isSameAs(shared);
          }
        });
    assertThat(shared.getSuppressed()).hasSize(17);
    assertThat(shared.getSuppressed()[16])
        .hasToString("and was awaited 984 times more")
        .hasNoSuppressedExceptions();
    assertThat(shared.getSuppressed()[16].getStackTrace()).isEmpty();
  }

  @Test
  void shouldLeaveItAloneWhenAnExceptionTakesNoNotes() {
    RuntimeException bare = new RuntimeException("bare", null, false, false) {};
    RuntimeException odd =
        new RuntimeException("odd") {
          @Override
          public StackTraceElement[] getStackTrace() {
            throw new UnsupportedOperationException();
          }
        };
    Virtually.run(
        () -> {
          for (RuntimeException failure : List.of(bare, odd)) {
            assertThat(catchThrowable(() -> await(spawn(() -> throwIt(failure)))))
                .isSameAs(failure);
          }
        });
    assertThat(bare.getSuppressed()).isEmpty();
    assertThat(bare.getStackTrace()).isEmpty();
  }

  private static String timed() {
    return withTimeout(Duration.ofMillis(1), () -> page());
  }

  @Test
  void shouldShowWhereTheTimeoutIsWhenADeadlineHasPassed() {
    Throwable failure = failureOf(() -> await(spawn("slow", () -> timed())));
    assertThat(failure).isInstanceOf(DeadlineExceededException.class);
    assertThat(read(failure).subList(1, 3))
        .containsExactly("- timed", "Suppressed: task 'slow' was awaited by task 'main' from");
    assertThat(machinery(failure)).isEmpty();
  }

  private static @Nullable String blocking() throws IOException {
    return onThread(() -> file());
  }

  @Test
  void shouldJoinTheTasksStackWhenAPoolThreadFails() {
    Throwable failure = failureOf(() -> await(spawn("worker", () -> blocking())));
    Throwable cause = Objects.requireNonNull(failure.getCause());
    assertThat(read(cause).subList(0, 5))
        .containsExactly(
            "java.io.FileNotFoundException: x",
            "- file",
            "Suppressed: onThread() was called by task 'worker' from",
            "- blocking",
            "Suppressed: task 'worker' was awaited by task 'main' from");
    assertThat(cause.getStackTrace())
        .extracting(StackTraceElement::getClassName)
        .containsOnly(HERE);
  }

  private static void join(Task<?> task) {
    await(task);
  }

  @Test
  void shouldJoinTheOtherSidesStackWhenAwaitedFromElsewhere() {
    try (Loop loop = Loop.start("other")) {
      Throwable atThread = catchThrowable(() -> join(loop.submit("one", () -> page())));
      assertThat(read(Objects.requireNonNull(atThread)))
          .contains(
              "- page",
              "Suppressed: task 'one' was awaited by thread '"
                  + Thread.currentThread().getName()
                  + "' from",
              "- join");
      assertThat(machinery(atThread)).isEmpty();
      Throwable bridged =
          failureOf(
              () -> {
                join(loop.submit("two", () -> page()));
                return null;
              });
      assertThat(read(bridged))
          .contains("- page", "Suppressed: task 'two' was awaited by task 'main' from", "- join");
    }
  }

  @Test
  void shouldSayWhatWasAwaitedWhenItIsNoTask() {
    Throwable failure =
        failureOf(() -> await(CompletableFuture.failedFuture(new IOException("far"))));
    assertThat(read(Objects.requireNonNull(failure.getCause())))
        .contains("Suppressed: a CompletableFuture was awaited by task 'main' from");
    CompletionException thrown =
        catchThrowableOfType(
            CompletionException.class,
            () -> await(CompletableFuture.failedFuture(new IOException("near"))));
    assertThat(read(Objects.requireNonNull(thrown.getCause())))
        .contains(
            "Suppressed: a CompletableFuture was awaited by thread '"
                + Thread.currentThread().getName()
                + "' from");
  }

  @Test
  void shouldKeepWhereItWasThrownWhenACallIsRefused() {
    Throwable failure =
        failureOf(
            () -> {
              Loop.current().execute(() -> {});
              new CancelScope().setTimeout(Duration.ofSeconds(1));
              return Loop.builder().run(() -> 1);
            });
    assertThat(failure).hasMessageStartingWith("run() inside a running loop");
    assertThat(failure.getStackTrace()[0].getClassName()).isEqualTo(LoopBuilder.class.getName());
  }
}
