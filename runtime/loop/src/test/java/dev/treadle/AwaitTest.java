package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Awaiting everything that can be awaited, in a task. */
@Timeout(60)
class AwaitTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final IOException CHECKED = new IOException("checked");

  @Test
  void shouldGiveTheValueWhenThereIsOne() {
    Virtually.run(
        () -> {
          Deferred<String> deferred = new Deferred<>();
          deferred.complete("deferred");
          assertThat(await(deferred)).isEqualTo("deferred");
          assertThat(await(spawn(() -> "task"))).isEqualTo("task");
          assertThat(await(CompletableFuture.completedFuture("stage"))).isEqualTo("stage");
          assertThat(await(Mono.just("mono"))).isEqualTo("mono");
          assertThat(await(Flux.just("first", "second"))).isEqualTo("first");
          assertThat(await(netty().newSucceededFuture("netty"))).isEqualTo("netty");
        });
  }

  @Test
  void shouldGiveNullWhenThereIsNoValue() {
    Virtually.run(
        () -> {
          Deferred<@Nullable String> deferred = new Deferred<>();
          deferred.complete(null);
          assertThat(await(deferred)).isNull();
          Task<@Nullable String> task = spawn(() -> null);
          assertThat(await(task)).isNull();
          CompletableFuture<@Nullable String> stage = CompletableFuture.completedFuture(null);
          assertThat(await(stage)).isNull();
          assertThat(await(Mono.<String>empty())).isNull();
          assertThat(await(Flux.<String>empty())).isNull();
          assertThat(await(Mono.delay(Duration.ZERO).then())).isNull();
        });
  }

  @Test
  void shouldSuspendWhenTheValueComesLater() {
    Virtually.run(
        () -> {
          Loop loop = Loop.current();
          Deferred<String> deferred = new Deferred<>();
          CompletableFuture<String> stage = new CompletableFuture<>();
          Promise<String> promise = netty().newPromise();
          loop.callLater(SECOND, () -> deferred.complete("deferred"));
          assertThat(await(deferred)).isEqualTo("deferred");
          try (Hold hold = loop.hold("the test completes them itself")) {
            loop.execute(() -> stage.complete("stage"));
            assertThat(await(stage)).isEqualTo("stage");
            loop.execute(() -> promise.setSuccess("promise"));
            assertThat(await(promise)).isEqualTo("promise");
            assertThat(hold).hasToString("Hold[the test completes them itself]");
          }
        });
  }

  @Test
  void shouldRethrowItselfWhenTheFailureIsUnchecked() {
    Virtually.run(
        () -> {
          var failure = new IllegalArgumentException("unchecked");
          assertFailsWith(failure, failure);
          var error = new AssertionError("error");
          assertFailsWith(error, error);
        });
  }

  @Test
  void shouldWrapOnceWhenTheFailureIsChecked() {
    Virtually.run(
        () -> {
          assertThatThrownBy(() -> await(failedDeferred(CHECKED)))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
          assertThatThrownBy(() -> await(CompletableFuture.failedFuture(CHECKED)))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
          // A stage that already wraps is not wrapped again.
          assertThatThrownBy(() -> await(CompletableFuture.failedFuture(CHECKED).thenApply(x -> x)))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
          assertThatThrownBy(() -> await(Mono.error(CHECKED)))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
          assertThatThrownBy(() -> await(netty().newFailedFuture(CHECKED)))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
          Task<?> inner =
              spawn(
                  () -> {
                    throw CHECKED;
                  });
          // Through two tasks, each of which awaits: the wrapping stays as it is.
          Task<?> outer = spawn(() -> await(inner));
          assertThatThrownBy(() -> await(outer))
              .isInstanceOf(CompletionException.class)
              .hasCause(CHECKED);
        });
  }

  private static void assertFailsWith(Throwable failure, Throwable thrown) {
    Task<?> task = spawn(() -> throwIt(failure));
    assertThatThrownBy(() -> await(task)).isSameAs(thrown);
    assertThatThrownBy(() -> await(failedDeferred(failure))).isSameAs(thrown);
    assertThatThrownBy(() -> await(CompletableFuture.failedFuture(failure))).isSameAs(thrown);
    assertThatThrownBy(() -> await(Mono.error(failure))).isSameAs(thrown);
    assertThatThrownBy(() -> await(Flux.error(failure))).isSameAs(thrown);
    assertThatThrownBy(() -> await(netty().newFailedFuture(failure))).isSameAs(thrown);
  }

  @Test
  void shouldNotTouchTheSourceWhenTheScopeIsCancelledAlready() {
    Virtually.run(
        () -> {
          AtomicInteger subscribed = new AtomicInteger();
          CompletableFuture<String> stage = CompletableFuture.completedFuture("there");
          CancelScope scope = new CancelScope();
          scope.cancel();
          assertThat(
                  scope.run(
                      () -> await(Mono.just(1).doOnSubscribe(s -> subscribed.incrementAndGet()))))
              .isEmpty();
          CancelScope second = new CancelScope();
          second.cancel();
          assertThat(second.run(() -> await(stage))).isEmpty();
          assertThat(subscribed).hasValue(0);
          assertThat(stage).isNotCancelled();
        });
  }

  @Test
  void shouldLeaveTheAwaitedTaskAloneWhenTheWaiterIsCancelled() {
    Virtually.run(
        () -> {
          Task<String> work =
              spawn(
                  () -> {
                    sleep(SECOND.multipliedBy(5));
                    return "done";
                  });
          assertThatExceptionOfType(DeadlineExceededException.class)
              .isThrownBy(() -> withTimeout(SECOND, () -> await(work)));
          assertThat(await(work)).isEqualTo("done");
        });
  }

  @Test
  void shouldSayWhatWasCancelledWhenTheAwaitedOneWas() {
    Virtually.run(
        () -> {
          Task<?> task = spawn("victim", () -> sleep(SECOND));
          task.cancel();
          assertThatExceptionOfType(CancellationException.class)
              .isThrownBy(() -> await(task))
              .withMessage("the awaited computation was cancelled: awaited=task 'victim'");
          Deferred<String> deferred = new Deferred<>();
          deferred.cancel();
          assertThatExceptionOfType(CancellationException.class)
              .isThrownBy(() -> await(deferred))
              .withMessageStartingWith("the awaited computation was cancelled: awaited=Deferred@");
          CompletableFuture<String> stage = new CompletableFuture<>();
          stage.cancel(true);
          assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(stage));
        });
  }

  @Test
  void shouldTakeOneValueAndCancelWhenAPublisherHasMore() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> flux =
              Flux.range(1, 10)
                  .doOnRequest(n -> events.add("request " + n))
                  .doOnCancel(() -> events.add("cancel"));
          assertThat(await(flux)).isEqualTo(1);
          assertThat(events).containsExactly("request 1", "cancel");
        });
  }

  @Test
  void shouldCancelTheSubscriptionWhenItComesAfterTheTaskHasGone() {
    Virtually.run(
        () -> {
          AtomicReference<@Nullable Subscriber<? super String>> late = new AtomicReference<>();
          Publisher<String> slow = late::set;
          Task<?> task = spawn(() -> await(slow));
          yieldNow();
          task.cancel();
          yieldNow();
          assertThat(task.isCancelled()).isTrue();
          List<String> events = new ArrayList<>();
          Subscriber<? super String> subscriber = Objects.requireNonNull(late.get());
          subscriber.onSubscribe(
              new Subscription() {
                @Override
                public void request(long n) {
                  events.add("request");
                }

                @Override
                public void cancel() {
                  events.add("cancel");
                }
              });
          assertThat(events).containsExactly("cancel");
        });
  }

  @Test
  void shouldWakeTheTaskWhenTheSourceCompletesElsewhere() {
    Treadle.run(
        () -> {
          CompletionStage<String> stage = CompletableFuture.supplyAsync(() -> "pool");
          assertThat(await(stage)).isEqualTo("pool");
          assertThat(await(Mono.delay(Duration.ofMillis(1)))).isZero();
          assertThat(
                  await(
                      Mono.fromCallable(() -> Thread.currentThread().getName())
                          .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())))
              .startsWith("boundedElastic");
        });
  }

  @Test
  void shouldAwaitAcrossLoopsWhenTheAwaitedBelongsToAnother() {
    try (Loop other = Loop.start("other")) {
      Treadle.run(
          () -> {
            assertThat(await(other.submit(() -> Thread.currentThread().getName())))
                .isEqualTo("other");
            Deferred<String> deferred = new Deferred<>(other);
            other.execute(() -> deferred.complete("elsewhere"));
            assertThat(await(deferred)).isEqualTo("elsewhere");
            var failure = new IllegalArgumentException("there");
            Task<?> failed = other.submit(() -> throwIt(failure));
            assertThatThrownBy(() -> await(failed)).isSameAs(failure);
            Task<?> hanging = other.submit("hanging", () -> sleep(Duration.ofDays(1)));
            assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(() -> withTimeout(Duration.ofMillis(1), () -> await(hanging)));
            assertThat(hanging.isDone()).isFalse();
            hanging.cancel();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(hanging));
          });
    }
  }

  @Test
  void shouldNoteWhereItWasAwaitedOnceWhenAFailureIsRethrown() {
    Virtually.run(
        () -> {
          var failure = new IllegalArgumentException("deep");
          Task<?> child = spawn("child", () -> throwIt(failure));
          Task<?> parent = spawn("parent", () -> await(child));
          assertThatThrownBy(() -> await(parent)).isSameAs(failure);
          assertThatThrownBy(() -> await(child)).isSameAs(failure);
          assertThat(failure.getSuppressed())
              .extracting(Throwable::toString)
              .containsExactly(
                  "task 'child' was awaited by task 'parent' from",
                  "task 'parent' was awaited by task 'main' from");
          StringWriter text = new StringWriter();
          failure.printStackTrace(new PrintWriter(text, true));
          assertThat(text.toString().lines())
              .filteredOn(line -> line.contains("was awaited by") || line.contains("AwaitTest"))
              .anyMatch(line -> line.contains("Suppressed: task 'child' was awaited by"))
              .anyMatch(line -> line.matches("\\s+at dev\\.treadle\\.AwaitTest\\..*"));
          assertThat(failure.getSuppressed()[0].getStackTrace())
              .noneMatch(frame -> frame.getClassName().startsWith("dev.treadle.Loop"))
              .extracting(StackTraceElement::getClassName)
              .startsWith("dev.treadle.AwaitTest");
        });
  }

  @Test
  void shouldRefuseWithTheRemedyWhenAwaitedInACallback() {
    Virtually.run(
        () -> {
          List<Throwable> thrown = new ArrayList<>();
          Deferred<String> pending = new Deferred<>();
          Loop.current()
              .callSoon(
                  () -> {
                    for (Action<Exception> wait :
                        List.<Action<Exception>>of(
                            () -> await(pending),
                            () -> await(new CompletableFuture<String>()),
                            () -> await(Mono.never()),
                            () -> await(netty().newPromise()))) {
                      try {
                        wait.run();
                      } catch (Exception e) {
                        thrown.add(e);
                      }
                    }
                  });
          yieldNow();
          assertThat(thrown)
              .hasSize(4)
              .allSatisfy(
                  e ->
                      assertThat(e)
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessageContaining("await() in a callback of the loop: thread=")
                          .hasMessageEndingWith(
                              "only a task can wait: spawn one with Treadle.spawn(...)"));
        });
  }

  @Test
  void shouldFailWithReactorsOwnMessageWhenAMonoBlocksOnALoopThread() {
    String message = "block()/blockFirst()/blockLast() are blocking";
    Treadle.run(
        () ->
            assertThatIllegalStateException()
                .isThrownBy(() -> Mono.never().block())
                .withMessageContaining(message));
    try (Loop loop = Loop.start("own")) {
      Task<?> task = loop.submit(() -> Mono.never().block());
      assertThatIllegalStateException()
          .isThrownBy(() -> await(task))
          .withMessageContaining(message);
    }
    assertThat(Mono.just("off the loop").block()).isEqualTo("off the loop");
  }

  @Test
  void shouldThrowWhenAskedForAResultThatIsNotThere() {
    Virtually.run(
        () -> {
          Task<?> task = spawn("slow", () -> sleep(SECOND));
          assertThatIllegalStateException()
              .isThrownBy(task::result)
              .withMessage("result() of something not done: awaitable=task 'slow'; await it first");
          assertThat(task.failure()).isNull();
          await(task);
          assertThat(task.failure()).isNull();
          assertThat(new Deferred<String>().toString()).matches("Deferred@[0-9a-f]+\\[pending]");
        });
  }

  @Test
  void shouldKeepTheFirstOutcomeWhenCompletedTwice() {
    Virtually.run(
        () -> {
          Deferred<Integer> deferred = new Deferred<>();
          assertThat(deferred.complete(1)).isTrue();
          assertThat(deferred.complete(2)).isFalse();
          assertThat(deferred.fail(new IllegalStateException())).isFalse();
          assertThat(deferred.cancel()).isFalse();
          assertThat(deferred.result()).isEqualTo(1);
          assertThat(deferred).asString().endsWith("[done]");
        });
  }

  @Test
  void shouldCallBackInTheNextTurnWhenDone() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<String> deferred = new Deferred<>();
          deferred.onDone(done -> events.add("called " + done.result()));
          deferred.complete("value");
          assertThat(events).isEmpty();
          yieldNow();
          assertThat(events).containsExactly("called value");
        });
  }

  private static io.netty.channel.EventLoop netty() {
    return Loop.current().nettyLoop();
  }

  private static Deferred<String> failedDeferred(Throwable failure) {
    Deferred<String> deferred = new Deferred<>();
    deferred.fail(failure);
    return deferred;
  }

  static String throwIt(Throwable failure) throws Exception {
    switch (failure) {
      case Error error -> throw error;
      case Exception exception -> throw exception;
      default -> throw new AssertionError(failure);
    }
  }
}
