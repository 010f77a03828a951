package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.conformance.Ports;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

class TasksTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Ports("test_tasks.BaseTaskTests.test_baseexception_during_cancel")
  @TreadleTest
  void shouldFailWithTheFatalErrorItselfWhenThrownWhileBeingCancelled() {
    InternalError fatal = new InternalError("on purpose");
    Task<?> task =
        spawn(
            () -> {
              try {
                sleep(SECOND);
              } catch (Cancelled cancelled) {
                throw fatal;
              }
            });
    yieldNow();
    task.cancel();
    assertThatThrownBy(() -> await(task)).isSameAs(fatal);
    assertThat(task.isDone()).isTrue();
    assertThat(task.isCancelled()).isFalse();
    assertThat(task.failure()).isSameAs(fatal);
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_exception_chaining_after_await",
      differs = "Java has no implicit context: the handler names the cause")
  @TreadleTest
  void shouldKeepTheCauseAndFromWhereItWasAwaited() {
    Task<?> failing =
        spawn(
            "failing",
            () -> {
              sleep(SECOND);
              throw new IllegalArgumentException("first");
            });
    Task<?> handling =
        spawn(
            "handling",
            () -> {
              try {
                await(failing);
              } catch (IllegalArgumentException first) {
                sleep(SECOND);
                throw new IllegalStateException("second", first);
              }
            });
    assertThatIllegalStateException()
        .isThrownBy(() -> await(handling))
        .withMessage("second")
        .havingCause()
        .isSameAs(failing.failure())
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .singleElement()
                    .asString()
                    .contains("task 'failing' was awaited by task 'handling'"));
  }

  private static void fallAsleep() {
    deeper();
  }

  private static void deeper() {
    sleep(SECOND);
  }

  @Ports("test_tasks.BaseTaskTests.test_get_stack")
  @Ports("test_pep492.CoroutineTests.test_task_print_stack")
  @TreadleTest
  void shouldShowTheStackOfASuspendedTask(Loop loop) {
    Task<?> task = spawn("sleeper", () -> fallAsleep());
    yieldNow();
    assertThat(task.frames().stream().map(frame -> frame.getMethodName()))
        .containsSubsequence("deeper", "fallAsleep");
    assertThat(loop.dump())
        .contains("sleeper")
        .containsSubsequence(
            "dev.treadle.TasksTest.deeper(TasksTest.java:",
            "dev.treadle.TasksTest.fallAsleep(TasksTest.java:");
    await(task);
    assertThat(task.frames()).isEmpty();
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_sleep_when_delay_is_nan",
      differs = "a Duration is always a number; what might upset the timers are its extremes")
  @TreadleTest
  void shouldKeepTheTimersInOrderWhenDurationsAreExtreme(Loop loop) {
    List<Duration> extremes =
        List.of(
            ChronoUnit.FOREVER.getDuration(),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofNanos(Long.MIN_VALUE),
            Duration.ZERO);
    List<Task<?>> sleepers = new ArrayList<>();
    List<Integer> woken = new ArrayList<>();
    for (int n = 100; n > 0; n--) {
      int millis = n;
      sleepers.add(spawn(() -> sleep(extremes.get(millis % extremes.size()))));
      spawn(
          () -> {
            sleep(Duration.ofMillis(millis));
            woken.add(millis);
          });
    }
    sleep(Duration.ofMillis(101));
    assertThat(woken).hasSize(100).isSorted();
    assertThat(loop.time()).isEqualTo(Duration.ofMillis(101));
    assertThat(sleepers).filteredOn(Task::isDone).hasSize(50);
    sleepers.forEach(Task::cancel);
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_shield_effect",
      differs = "shield is a scope, and who waits goes on waiting; an await alone cancels nothing")
  @TreadleTest
  void shouldFinishWhatIsShieldedWhenTheTaskIsCancelled() {
    List<String> log = new ArrayList<>();
    Task<?> shielding =
        spawn(
            () -> {
              shield(
                  () -> {
                    sleep(SECOND);
                    log.add("shielded");
                  });
              log.add("outside");
              sleep(SECOND);
              log.add("never");
            });
    Task<String> inner =
        spawn(
            () -> {
              sleep(SECOND);
              return "inner";
            });
    Task<String> outer = spawn(() -> await(inner));
    yieldNow();
    shielding.cancel();
    outer.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(outer));
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(shielding));
    assertThat(log).containsExactly("shielded", "outside");
    assertThat(await(inner)).isEqualTo("inner");
  }

  @Ports("test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout")
  @TreadleTest
  void shouldCancelTheTaskWhenAnotherThreadLosesPatience(Loop loop) {
    CompletableFuture<Task<String>> submitted = new CompletableFuture<>();
    Thread impatient =
        Thread.ofPlatform()
            .start(
                () -> {
                  Task<String> task =
                      loop.submit(
                          "adding",
                          () -> {
                            sleep(Duration.ofDays(1));
                            return "too late " + ThreadLocalRandom.current().nextInt();
                          });
                  if (!task.isDone()) {
                    task.cancel();
                  }
                  submitted.complete(task);
                });
    try (Hold hold = loop.hold("the impatient thread")) {
      assertThat(hold).isNotNull();
      Task<String> task = await(submitted);
      assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
      assertThat(task.isCancelled()).isTrue();
    }
    assertThat(loop.time()).isZero();
    assertThat(loop.tasks()).hasSize(1);
    assertThat(impatient.isDaemon()).isFalse();
  }

  @Ports(
      value = "test_tasks.BaseTaskTests.test_cancel_inner_future",
      differs = "who awaits something cancelled gets a failure, and is not cancelled itself")
  @TreadleTest
  void shouldFailWithCancellationExceptionWhenWhatItAwaitsIsCancelled() {
    Deferred<String> inner = new Deferred<>();
    Task<String> task = spawn(() -> await(inner));
    yieldNow();
    inner.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    assertThat(inner.isCancelled()).isTrue();
    assertThat(task.isCancelling()).isFalse();
    assertThat(task.failure()).isInstanceOf(CancellationException.class);
  }

  @Ports("test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future")
  @TreadleTest
  void shouldBeCancelledWhenItAndWhatItAwaitsAre() {
    Deferred<String> inner = new Deferred<>();
    Task<String> task = spawn(() -> await(inner));
    Task<String> other = spawn(() -> await(inner));
    yieldNow();
    other.cancel();
    inner.cancel();
    task.cancel();
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(other));
    assertThat(other.isCancelled()).isTrue();
    assertThat(task.isDone()).isTrue();
  }

  @Ports("trio.test_run.test_cancel_scope_deadline_duplicates")
  @TreadleTest
  void shouldKeepOneTimerWhenADeadlineIsMovedAgainAndAgain(Loop loop) {
    CancelScope scope = new CancelScope();
    scope.run(
        () -> {
          for (int n = 0; n < 1000; n++) {
            scope.setTimeout(Duration.ofDays(1));
            scope.setTimeout(null);
          }
          assertThat(loop.timers.size()).isZero();
          scope.setTimeout(SECOND);
          assertThat(loop.timers.size()).isEqualTo(1);
          sleep(Duration.ofDays(1));
        });
    assertThat(scope.cancelledCaught()).isTrue();
    assertThat(loop.time()).isEqualTo(SECOND);
  }
}
