package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.CancelScope;
import dev.treadle.Task;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What holds for every executor that does steps beside the program, and can end them. */
abstract class AsideContract extends OffloadContract {
  /** Says that it has begun, and lasts until it is ended. */
  static void lastForEver() throws InterruptedException {
    Progress.report(1, 2, "begun");
    new CountDownLatch(1).await();
  }

  /** Waits until the step has said something. */
  static Progress begun(Call<?> call) throws InterruptedException {
    List<Progress> seen = new ArrayList<>();
    CountDownLatch said = new CountDownLatch(1);
    call.onProgress(
        progress -> {
          seen.add(progress);
          said.countDown();
        });
    said.await();
    return seen.getFirst();
  }

  @Test
  void shouldTellHowFarAStepIs() throws Exception {
    OffloadExecutor pool = open(1);
    Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
    assertThat(begun(call)).isEqualTo(new Progress(1, 2, "begun"));
    assertThat(call.progress()).isEqualTo(new Progress(1, 2, "begun"));
    call.cancel(true);
    pool.close();
  }

  @TreadleTest
  void shouldTellATaskHowFarAStepIs() {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
      List<Progress> seen = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      call.onProgress(
          progress -> {
            seen.add(progress);
            threads.add(Thread.currentThread());
            call.cancel(true);
          });
      assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(call));
      assertThat(seen).containsExactly(new Progress(1, 2, "begun"));
      assertThat(threads).containsExactly(Thread.currentThread());
    }
  }

  @Test
  void shouldEndACancelledStepAndGoOn() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
      Call<Long> next = pool.submit(() -> square(7));
      begun(call);
      assertThat(call.isDone()).isFalse();
      assertThat(next.isDone()).isFalse();
      assertThat(call.cancel(true)).isTrue();
      assertThat(call.isCancelled()).isTrue();
      assertThatExceptionOfType(CancellationException.class)
          .isThrownBy(call::result)
          .withMessage("call '" + call.name() + "' was cancelled");
      assertThatExceptionOfType(CancellationException.class).isThrownBy(call::get);
      assertThat(next.get()).isEqualTo(49);
      assertThat(call.cancel(true)).isTrue();
      assertThat(next.cancel(true)).isFalse();
    }
  }

  @Test
  void shouldNeverBeginWhatIsCancelledInLine() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> first = pool.submit(AsideContract::lastForEver);
      Call<@Nullable Void> inLine = pool.submit(AsideContract::lastForEver);
      begun(first);
      inLine.cancel(true);
      first.cancel(true);
      assertThat(pool.submit(() -> square(7)).get()).isEqualTo(49);
      assertThat(inLine.progress()).isNull();
    }
  }

  @TreadleTest
  void shouldCancelTheCallWithTheTaskThatAwaitsIt() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
      Task<?> awaiter =
          spawn(
              "awaiter",
              () -> {
                await(call);
              });
      onThread(() -> begun(call));
      awaiter.cancel();
      assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(awaiter));
      assertThat(call.isCancelled()).isTrue();
      assertThat(await(pool.submit(() -> square(7)))).isEqualTo(49);
    }
  }

  @Test
  void shouldEndAStepThatTakesTooLong() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> call =
          pool.submit(
              AsideContract::lastForEver,
              CallOptions.DEFAULT.named("endless").timeout(Duration.ofMillis(20)));
      Call<Long> next = pool.submit(() -> square(7));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(call::get)
          .havingCause()
          .isInstanceOf(CallTimeoutException.class)
          .withMessageStartingWith("call took too long: name=endless timeout=PT0.02S; ");
      assertThat(next.get()).isEqualTo(49);
    }
  }

  @Test
  void shouldNotEndAStepThatIsDoneInTime() throws Exception {
    try (OffloadExecutor pool = open(1)) {
      CallOptions aDay = CallOptions.DEFAULT.timeout(Duration.ofDays(1));
      assertThat(pool.submit(() -> square(7), aDay).get()).isEqualTo(49);
    }
  }

  @Test
  void shouldLetAThreadWaitForSoLong() throws Exception {
    OffloadExecutor pool = open(1);
    Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> call.get(1, TimeUnit.MILLISECONDS));
    assertThat(call.isDone()).isFalse();
    call.cancel(true);
    pool.close();
  }

  @TreadleTest
  void shouldNotBlockALoopWithGet() {
    try (OffloadExecutor pool = open(1)) {
      Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(call::get)
          .withMessageStartingWith("get() of a call would block a loop: name=")
          .withMessageEndingWith("; use await(call) in a task");
      call.cancel(true);
    }
  }

  @Test
  void shouldReportWhatItCancelsAfterTheGrace() throws Exception {
    OffloadExecutor pool = open(1);
    Call<Long> done = pool.submit(() -> square(7));
    Call<@Nullable Void> hangs = pool.submit(AsideContract::lastForEver);
    Call<Long> inLine = pool.submit(() -> square(8));
    begun(hangs);
    assertThat(pool.close(Duration.ofMillis(1))).containsExactly(hangs, inLine);
    assertThat(done.result()).isEqualTo(49);
    assertThat(hangs.isCancelled()).isTrue();
    assertThat(inLine.isCancelled()).isTrue();
  }

  @TreadleTest
  void shouldCancelWhatIsLeftWhenClosedInACancelledScope() throws Exception {
    List<Call<?>> calls = new ArrayList<>();
    CancelScope scope = new CancelScope();
    scope.run(
        () -> {
          try (OffloadExecutor pool = open(1)) {
            Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
            calls.add(call);
            onThread(() -> begun(call));
            scope.cancel();
          }
        });
    assertThat(calls).hasSize(1).allMatch(Call::isCancelled);
  }

  @Test
  void shouldEndTheMapWhoseStepTakesTooLong() {
    try (OffloadExecutor pool = open(2)) {
      MapOptions hurried =
          MapOptions.DEFAULT.each(CallOptions.DEFAULT.timeout(Duration.ofMillis(20)));
      assertThatExceptionOfType(CallTimeoutException.class)
          .isThrownBy(
              () -> pool.map(AsideContract::lastForEverWith, List.of(1, 2, 3), hurried).toList())
          .withMessageContaining(" of argument 0 timeout=PT0.02S; ");
      assertThat(pool.map(OffloadContract::square, List.of(3L)).toList()).containsExactly(9L);
    }
  }

  private static int lastForEverWith(int argument) throws InterruptedException {
    lastForEver();
    return argument;
  }
}
