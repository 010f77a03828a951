package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.testing.TreadleTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;

/** What a call does by itself, whoever its executor is. */
class CallTest {
  private static HandExecutor.HandCall<Integer> call() {
    return new HandExecutor.HandCall<>(() -> 42, CallOptions.DEFAULT.named("answer"));
  }

  @Test
  void shouldGiveItsResultOnceDone() {
    HandExecutor.HandCall<Integer> call = call();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(call::result)
        .withMessage("result() of a call that is not done: name=answer; await it first");
    assertThat(call).hasToString("Call[answer pending]");
    call.run();
    assertThat(call.result()).isEqualTo(42);
    assertThat(call).hasToString("Call[answer done]");
    assertThat(call.fail(new IOException())).isFalse();
    assertThat(call.succeed(1)).isFalse();
    assertThat(call.cancel(true)).isFalse();
    assertThat(call.stops).isZero();
  }

  @Test
  void shouldThrowItsFailureAsItselfOrWrapped() {
    HandExecutor.HandCall<Integer> unchecked = call();
    IllegalStateException failure = new IllegalStateException("no");
    unchecked.fail(failure);
    assertThatThrownBy(unchecked::result).isSameAs(failure);
    assertThat(unchecked).hasToString("Call[answer failed]");
    HandExecutor.HandCall<Integer> error = call();
    StackOverflowError deep = new StackOverflowError();
    error.fail(deep);
    assertThatThrownBy(error::result).isSameAs(deep);
    HandExecutor.HandCall<Integer> checked = call();
    checked.fail(new IOException("no"));
    assertThatThrownBy(checked::result)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void shouldTellItsExecutorOnceThatItIsCancelled() {
    HandExecutor.HandCall<Integer> call = call();
    assertThat(call.cancel(false)).isTrue();
    assertThat(call.cancel(true)).isTrue();
    assertThat(call.stops).isEqualTo(1);
    assertThat(call).hasToString("Call[answer cancelled]");
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(call::result)
        .withMessage("call 'answer' was cancelled");
  }

  static Stream<Runnable> refused() {
    HandExecutor.HandCall<Integer> call = call();
    return Stream.of(
        () -> call.complete(1),
        () -> call.completeExceptionally(new IOException()),
        () -> call.completeAsync(() -> 1),
        () -> call.orTimeout(1, TimeUnit.DAYS),
        () -> call.completeOnTimeout(1, 1, TimeUnit.DAYS),
        () -> call.obtrudeValue(1),
        () -> call.obtrudeException(new IOException()));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldBeEndedByItsExecutorAlone(Runnable attempt) {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(attempt::run)
        .withMessageMatching(
            "\\w+\\(\\) of a call: name=answer; only its executor ends it: use copy\\(\\) .*");
  }

  @Test
  void shouldGivePlainFuturesToWhatDependsOnIt() {
    HandExecutor.HandCall<Integer> call = call();
    CompletableFuture<Integer> copy = call.copy();
    CompletableFuture<Integer> twice = call.thenApply(n -> n * 2);
    assertThat(copy.complete(7)).isTrue();
    call.run();
    assertThat(twice.join()).isEqualTo(84);
    assertThat(call.join()).isEqualTo(42);
  }

  @TreadleTest
  void shouldNotBlockALoop() {
    HandExecutor.HandCall<Integer> call = call();
    for (Runnable blocking : List.<Runnable>of(call::join, () -> getFor(call))) {
      assertThatThrownBy(blocking::run)
          .hasStackTraceContaining("of a call would block a loop: name=answer thread=");
    }
    call.run();
    assertThat(call.join()).isEqualTo(42);
    assertThat(await(call)).isEqualTo(42);
  }

  private static void getFor(Call<?> call) {
    try {
      call.get(1, TimeUnit.DAYS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldTellEachChangeOfItsProgressAndNoneTwice() throws Exception {
    HandExecutor.HandCall<Integer> call = call();
    BlockingQueue<Progress> seen = new LinkedBlockingQueue<>();
    call.progress = new Progress(1, 3, "");
    call.onProgress(seen::add);
    assertThat(seen.take()).isEqualTo(new Progress(1, 3, ""));
    call.progress = new Progress(2, 3, "");
    assertThat(seen.take()).isEqualTo(new Progress(2, 3, ""));
    call.progress = new Progress(3, 3, "the end");
    call.run();
    assertThat(seen.take()).isEqualTo(new Progress(3, 3, "the end"));
    assertThat(seen).isEmpty();
  }

  @Test
  void shouldTellNoMoreWhenDisposed() throws Exception {
    HandExecutor.HandCall<Integer> call = call();
    List<Progress> seen = new ArrayList<>();
    call.progress = new Progress(1, 3, "");
    Disposable listening = call.onProgress(seen::add);
    listening.dispose();
    assertThat(listening.isDisposed()).isTrue();
    int seenUntilThen = seen.size();
    // The other listener is looked at after the first would have been.
    BlockingQueue<Progress> others = new LinkedBlockingQueue<>();
    call.progress = new Progress(2, 3, "");
    call.onProgress(others::add);
    others.take();
    call.progress = new Progress(3, 3, "");
    others.take();
    assertThat(seen).hasSizeBetween(seenUntilThen, 1);
    call.run();
  }

  @Test
  void shouldSayHowLongALateCallHad() {
    assertThat(new CallTimeoutException("answer", Duration.ofSeconds(2)))
        .hasMessage(
            "call took too long: name=answer timeout=PT2S; give CallOptions.timeout(...) more time,"
                + " or the step less to do")
        .extracting(CallTimeoutException::timeout)
        .isEqualTo(Duration.ofSeconds(2));
  }
}
