package dev.treadle.reactor;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.currentTask;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.reactor.Reactive.flux;
import static dev.treadle.reactor.Reactive.fromGenerator;
import static dev.treadle.reactor.Reactive.iterate;
import static dev.treadle.reactor.Reactive.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.coroutines.Generator;
import dev.treadle.sync.AsyncLock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.subscriber.TestSubscriber;

/** Task bodies and generators as publishers. */
@Timeout(60)
class TaskFluxTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static Emitter.Body<Integer> range(int count) {
    return out -> {
      for (int n = 0; n < count; n++) {
        out.emit(n);
      }
    };
  }

  @Test
  void shouldEmitWhatTheBodyEmitsAndComplete() {
    try (Loop loop = Loop.start("loop")) {
      StepVerifier.create(flux(loop, range(3))).expectNext(0, 1, 2).verifyComplete();
      StepVerifier.create(flux(loop, range(0))).verifyComplete();
      StepVerifier.create(flux(loop, range(100_000)).publishOn(Schedulers.parallel()))
          .expectNextCount(100_000)
          .verifyComplete();
    }
  }

  @Test
  void shouldSignalOnTheLoopsThread() {
    try (Loop loop = Loop.start("loop")) {
      AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
      StepVerifier.create(flux(loop, range(1)).doOnNext(n -> thread.set(Thread.currentThread())))
          .expectNext(0)
          .verifyComplete();
      assertThat(thread.get()).isSameAs(loop.thread());
    }
  }

  @Test
  void shouldEmitNoMoreThanRequestedAndRunOneAhead() {
    Virtually.run(
        () -> {
          AtomicInteger made = new AtomicInteger();
          Flux<Integer> source =
              flux(
                  out -> {
                    while (true) {
                      out.emit(made.incrementAndGet());
                    }
                  });
          TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(0).build();
          source.subscribe(subscriber);
          Virtually.turns(5);
          assertThat(subscriber.getReceivedOnNext()).isEmpty();
          assertThat(made).hasValue(1);
          subscriber.request(2);
          Virtually.turns(5);
          assertThat(subscriber.getReceivedOnNext()).containsExactly(1, 2);
          assertThat(made).hasValue(3);
          subscriber.cancel();
          Virtually.turns(5);
          assertThat(Loop.current().tasks()).hasSize(1);
          assertThat(made).hasValue(3);
        });
  }

  @Test
  void shouldCancelTheTaskAndRunItsCleanUpWhenTheSubscriptionIsCancelled() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source =
              flux(
                  out -> {
                    try {
                      out.emit(1);
                      sleep(SECOND);
                      events.add("never");
                    } finally {
                      shield(() -> sleep(SECOND));
                      events.add("cleaned up");
                    }
                  });
          assertThat(await(source)).isEqualTo(1);
          sleep(SECOND.multipliedBy(3));
          assertThat(events).containsExactly("cleaned up");
        });
  }

  @Test
  void shouldCancelAnEndlessBodyFromAnotherThread() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try (Loop loop = Loop.start("loop")) {
      Flux<Integer> endless =
          flux(
              loop,
              out -> {
                try {
                  while (true) {
                    out.emit(1);
                  }
                } finally {
                  ended.countDown();
                }
              });
      CountDownLatch begun = new CountDownLatch(1);
      // With unlimited demand it never waits.
      Disposable subscription = endless.subscribe(n -> begun.countDown());
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      subscription.dispose();
      assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void shouldNotStartTheBodyWhenCancelledAtOnce() {
    Virtually.run(
        () -> {
          AtomicInteger ran = new AtomicInteger();
          Flux<Integer> source = flux(out -> ran.incrementAndGet());
          source.subscribe().dispose();
          source.doOnSubscribe(subscription -> subscription.cancel()).subscribe();
          Virtually.turns(5);
          assertThat(ran).hasValue(0);
        });
  }

  @Test
  void shouldGiveTheFailureAsItIs() {
    try (Loop loop = Loop.start("loop")) {
      IOException checked = new IOException("checked");
      Flux<Integer> source =
          flux(
              loop,
              out -> {
                out.emit(1);
                throw checked;
              });
      StepVerifier.create(source)
          .expectNext(1)
          .verifyErrorSatisfies(e -> assertThat(e).isSameAs(checked));
    }
  }

  @Test
  void shouldGiveTheFailureToTheHandlerWhenNobodySubscribesAnyMore() {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
        .run(
            () -> {
              Flux<Integer> source =
                  flux(
                      out -> {
                        try {
                          sleep(SECOND);
                        } finally {
                          failInCleanUp();
                        }
                      });
              Disposable subscription = source.subscribe();
              Virtually.turns(5);
              subscription.dispose();
              Virtually.turns(5);
            });
    assertThat(reported).containsExactly("task 'flux': in clean-up");
  }

  private static void failInCleanUp() {
    throw new IllegalStateException("in clean-up");
  }

  @Test
  void shouldFailTheSubscriberWhenTheLoopEnds() {
    Flux<Integer> source;
    TestSubscriber<Integer> subscriber = TestSubscriber.create();
    try (Loop loop = Loop.start("loop")) {
      source = flux(loop, out -> sleep(Duration.ofDays(1)));
      source.subscribe(subscriber);
    }
    subscriber.block(Duration.ofSeconds(30));
    assertThat(subscriber.expectTerminalError()).isInstanceOf(CancellationException.class);
    StepVerifier.create(source).verifyError(RejectedExecutionException.class);
    StepVerifier.create(mono(closedLoop(), () -> 1)).verifyError(RejectedExecutionException.class);
  }

  private static Loop closedLoop() {
    Loop loop = Loop.start("closed");
    loop.close();
    return loop;
  }

  @Test
  void shouldRefuseWhatCannotBeEmitted() {
    Virtually.run(
        () -> {
          AtomicReference<@Nullable Emitter<Integer>> kept = new AtomicReference<>();
          Flux<Integer> source = flux(kept::set);
          assertThat(await(source)).isNull();
          Emitter<Integer> emitter = Objects.requireNonNull(kept.get());
          assertThatIllegalStateException()
              .isThrownBy(() -> emitter.emit(1))
              .withMessageStartingWith("emit() after the end: subscription=");
          Task<?> elsewhere = spawn(() -> onThread(() -> emitter.emit(1)));
          assertThatIllegalStateException()
              .isThrownBy(() -> await(elsewhere))
              .withMessageStartingWith("emit() on a wrong thread: thread=");
        });
  }

  @Test
  void shouldRefuseTwoTasksAtOnceAndTakeThemInTurns() {
    Virtually.run(
        () -> {
          Flux<Integer> careless =
              flux(
                  out ->
                      group(
                          g -> {
                            g.spawn(() -> out.emit(1));
                            g.spawn(() -> out.emit(2));
                          }));
          TestSubscriber<Integer> slow = TestSubscriber.builder().initialRequest(0).build();
          careless.subscribe(slow);
          Virtually.turns(10);
          assertThat(slow.expectTerminalError())
              .hasStackTraceContaining("emit() by two tasks at once: subscription=");
          Flux<Integer> careful =
              flux(
                  out -> {
                    AsyncLock lock = new AsyncLock();
                    group(
                        g -> {
                          g.spawn(() -> lock.run(() -> out.emit(1)));
                          g.spawn(() -> lock.run(() -> out.emit(2)));
                        });
                  });
          List<Integer> got = new ArrayList<>();
          for (int element : iterate(careful, 1)) {
            got.add(element);
          }
          assertThat(got).containsExactly(1, 2);
        });
  }

  @Test
  void shouldGiveUpAShieldedEmitWhenCancelled() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source =
              flux(
                  out -> {
                    shield(() -> out.emit(1));
                    events.add("went on");
                    sleep(SECOND);
                    events.add("never");
                  });
          TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(0).build();
          source.subscribe(subscriber);
          Virtually.turns(5);
          subscriber.cancel();
          Virtually.turns(5);
          assertThat(events).containsExactly("went on");
          assertThat(Loop.current().tasks()).containsExactly(currentTask());
        });
  }

  @Test
  void shouldRunTheGeneratorOfEachSubscriberOneAhead() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source =
              fromGenerator(
                  () ->
                      Generator.of(
                          y -> {
                            try {
                              for (int n = 1; ; n++) {
                                events.add("make " + n);
                                y.yield(n);
                              }
                            } finally {
                              events.add("closed");
                            }
                          }));
          TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
          source.subscribe(subscriber);
          Virtually.turns(5);
          assertThat(subscriber.getReceivedOnNext()).containsExactly(1);
          assertThat(events).containsExactly("make 1", "make 2");
          subscriber.cancel();
          Virtually.turns(5);
          assertThat(events).containsExactly("make 1", "make 2", "closed");
          events.clear();
          assertThat(await(source.take(2).collectList())).containsExactly(1, 2);
          yieldNow();
          assertThat(events).startsWith("make 1", "make 2").endsWith("closed");
        });
  }

  @Test
  void shouldRunTheBodyOfAMonoForEachSubscriber() {
    Virtually.run(
        () -> {
          AtomicInteger runs = new AtomicInteger();
          Mono<Integer> lazy =
              mono(
                  () -> {
                    sleep(SECOND);
                    return runs.incrementAndGet();
                  });
          sleep(SECOND);
          assertThat(runs).hasValue(0);
          assertThat(await(lazy)).isEqualTo(1);
          assertThat(await(lazy)).isEqualTo(2);
          assertThat(Loop.current().time()).isEqualTo(SECOND.multipliedBy(3));
          assertThat(await(Reactive.<String>mono(() -> null))).isNull();
        });
  }

  @Test
  void shouldCancelTheTaskOfAMonoWhenUnsubscribed() {
    Virtually.run(
        () -> {
          Deferred<String> never = new Deferred<>();
          AtomicInteger cleanedUp = new AtomicInteger();
          Mono<String> lazy =
              mono(
                  () -> {
                    try {
                      return await(never);
                    } finally {
                      cleanedUp.incrementAndGet();
                    }
                  });
          Disposable subscription = lazy.subscribe();
          Virtually.turns(5);
          subscription.dispose();
          Virtually.turns(5);
          assertThat(cleanedUp).hasValue(1);
          // An operator that gives up does the same.
          Mono<String> other = lazy.timeout(SECOND, Mono.just("late"), Loop.current().scheduler());
          other.subscribe();
          sleep(SECOND.multipliedBy(2));
          assertThat(cleanedUp).hasValue(2);
        });
  }

  @Test
  void shouldCancelATaskWithItsLastSubscription() {
    Virtually.run(
        () -> {
          Deferred<String> never = new Deferred<>();
          Task<String> task = spawn("task", () -> await(never));
          Disposable first = task.toMono().subscribe();
          Disposable second = task.toMono().subscribe();
          yieldNow();
          first.dispose();
          assertThat(task.isCancelling()).isFalse();
          second.dispose();
          assertThat(task.isCancelling()).isTrue();
          Virtually.turns(2);
          assertThat(task.isCancelled()).isTrue();

          Task<String> awaited = spawn("awaited", () -> await(never));
          Task<?> awaiter = spawn(() -> await(awaited));
          Disposable third = awaited.toMono().subscribe();
          Virtually.turns(2);
          third.dispose();
          assertThat(awaited.isCancelling()).isFalse();
          awaiter.cancel();
          awaited.cancel();

          PublisherProbe<String> probe = PublisherProbe.of(never.toMono());
          probe.mono().subscribe().dispose();
          probe.assertWasCancelled();
          assertThat(never.isDone()).isFalse();
        });
  }
}
