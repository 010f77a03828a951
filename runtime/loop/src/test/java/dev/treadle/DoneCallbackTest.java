package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

class DoneCallbackTest {
  @Test
  void shouldNotCallBackWhenTakenOutBetweenOutcomeAndCall() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<String> deferred = new Deferred<>();
          Disposable callback = deferred.onDone(done -> events.add("called"));
          deferred.complete("value");
          callback.dispose();
          yieldNow();
          yieldNow();
          assertThat(events).isEmpty();
        });
  }

  @Test
  void shouldNotBeHeldWhenTakenOutOnAnotherThread() {
    VirtualLoop.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<String> deferred = new Deferred<>();
          Disposable callback = onThread(() -> deferred.onDone(done -> events.add("called")));
          onThread(() -> callback.dispose());
          deferred.complete("value");
          yieldNow();
          yieldNow();
          assertThat(events).isEmpty();
        });
  }

  @Test
  void shouldGiveTheOutcomeAsAMono() {
    IllegalStateException failure = new IllegalStateException("no route");
    VirtualLoop.run(
        () -> {
          Task<String> value = spawn("value", () -> "hello");
          Task<@Nullable Void> nothing = spawn("nothing", () -> {});
          Task<String> failed =
              spawn(
                  "failed",
                  () -> {
                    throw failure;
                  });
          Task<?> cancelled = spawn("cancelled", VirtualLoop::sleepForever);
          cancelled.cancel();
          assertThat(await(value.toMono())).isEqualTo("hello");
          assertThat(await(value.toMono().map(String::length))).isEqualTo(5);
          Mono<?> empty = nothing.toMono();
          assertThat(await(empty.hasElement())).isFalse();
          assertThatThrownBy(() -> await(failed.toMono())).isSameAs(failure);
          Mono<?> gone = cancelled.toMono();
          assertThatExceptionOfType(CancellationException.class)
              .isThrownBy(() -> await(gone.hasElement()))
              .withMessage("the computation was cancelled: awaited=task 'cancelled'");
        });
  }

  @Test
  void shouldLeaveTheTaskAloneWhenOneOfTwoSubscriptionsIsCancelled() {
    VirtualLoop.run(
        () -> {
          Deferred<String> answer = new Deferred<>();
          Task<String> task = spawn("task", () -> await(answer));
          yieldNow();
          List<String> got = new ArrayList<>();
          Disposable subscription = task.toMono().subscribe(got::add);
          task.toMono().subscribe(got::add);
          subscription.dispose();
          yieldNow();
          assertThat(task.isCancelling()).isFalse();
          answer.complete("still here");
          assertThat(await(task)).isEqualTo("still here");
          assertThat(got).containsExactly("still here");
        });
  }

  @Test
  void shouldObserveTheFailureOnlyWhenTheMonoIsSubscribed() {
    List<String> unobserved = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> unobserved.add(source))
        .run(
            () -> {
              Action<Exception> fails =
                  () -> {
                    throw new IllegalStateException("no route");
                  };
              Task<?> subscribed = spawn("subscribed", fails);
              subscribed.toMono().subscribe(value -> {}, failure -> {});
              Task<?> lazy = spawn("lazy", fails);
              Mono<?> mono = lazy.toMono();
              yieldNow();
              assertThat(mono).isNotNull();
            });
    assertThat(unobserved).containsExactly("task 'lazy'");
  }

  @Test
  void shouldGiveTheOutcomeToASubscriberWhenTheLoopIsClosed() {
    Task<String> task;
    try (Loop loop = Loop.start("loop")) {
      task = loop.submit("task", () -> "value");
      await(task);
      assertThat(task.loop()).isSameAs(loop);
    }
    assertThat(task.toMono().block()).isEqualTo("value");
  }

  @Test
  void shouldNameItsLoop() {
    VirtualLoop.run(() -> assertThat(new Deferred<>().loop()).isSameAs(Loop.current()));
  }
}
