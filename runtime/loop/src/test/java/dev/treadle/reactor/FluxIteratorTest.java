package dev.treadle.reactor;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.reactor.Reactive.flux;
import static dev.treadle.reactor.Reactive.iterate;
import static dev.treadle.reactor.Reactive.withContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.CancelScope;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.Virtually;
import dev.treadle.coroutines.Generator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

/** A publisher as a {@code for} loop. */
@Timeout(60)
class FluxIteratorTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static <T> List<T> all(Iterable<T> elements) {
    List<T> taken = new ArrayList<>();
    elements.forEach(taken::add);
    return taken;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 32, 1000, Integer.MAX_VALUE})
  void shouldGiveEveryElementInOrder(int prefetch) {
    List<Integer> expected = all(Flux.range(0, 1000).toIterable());
    Virtually.run(
        () -> {
          assertThat(all(iterate(Flux.range(0, 1000), prefetch))).isEqualTo(expected);
          assertThat(all(iterate(Flux.range(0, 1000).hide(), prefetch))).isEqualTo(expected);
          assertThat(all(iterate(Flux.empty(), prefetch))).isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 32, Integer.MAX_VALUE})
  void shouldGiveEveryElementInOrderWhenAnotherThreadEmits(int prefetch) {
    Flux<Integer> elsewhere = Flux.range(0, 20_000).publishOn(Schedulers.parallel());
    Treadle.run(
        () -> {
          int expected = 0;
          for (int element : iterate(elsewhere, prefetch)) {
            assertThat(element).isEqualTo(expected++);
          }
          assertThat(expected).isEqualTo(20_000);
        });
  }

  @Test
  void shouldSubscribeOffTheLoopWhenThePublisherDoes() {
    Flux<Integer> elsewhere = Flux.range(0, 100).subscribeOn(Schedulers.boundedElastic());
    Treadle.run(() -> assertThat(all(iterate(elsewhere, 10))).hasSize(100));
  }

  @Test
  void shouldAskForMoreWhenThreeQuartersAreTaken() {
    Virtually.run(
        () -> {
          List<Long> requests = new ArrayList<>();
          Flux<Integer> source = Flux.range(0, 20).hide().doOnRequest(requests::add);
          FluxIterator<Integer> elements = iterate(source, 8);
          assertThat(requests).isEmpty();
          for (int taken = 1; taken <= 5; taken++) {
            elements.next();
          }
          assertThat(requests).containsExactly(8L);
          elements.next();
          assertThat(requests).containsExactly(8L, 6L);
          elements.close();
        });
  }

  @Test
  void shouldAskForEverythingWhenThePrefetchIsUnbounded() {
    Virtually.run(
        () -> {
          List<Long> requests = new ArrayList<>();
          Flux<Integer> source = Flux.range(0, 1000).hide().doOnRequest(requests::add);
          assertThat(all(iterate(source, Integer.MAX_VALUE))).hasSize(1000);
          assertThat(requests).containsExactly(Long.MAX_VALUE);
        });
  }

  @Test
  void shouldSuspendTheTaskAloneWhenNoElementIsThere() {
    Virtually.run(
        () -> {
          Flux<Integer> slow =
              flux(
                  out -> {
                    for (int n = 1; n <= 3; n++) {
                      sleep(SECOND);
                      out.emit(n);
                    }
                  });
          AtomicInteger ticks = new AtomicInteger();
          Task<?> other =
              spawn(
                  () -> {
                    while (true) {
                      sleep(Duration.ofMillis(500));
                      ticks.incrementAndGet();
                    }
                  });
          List<Long> times = new ArrayList<>();
          for (int element : iterate(slow)) {
            times.add(Loop.current().time().toSeconds());
            assertThat(element).isEqualTo(times.size());
          }
          other.cancel();
          assertThat(times).containsExactly(1L, 2L, 3L);
          assertThat(ticks).hasValueBetween(5, 6);
        });
  }

  @Test
  void shouldCancelUpstreamWhenTheTryIsLeftEarly() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source = Flux.range(0, 100).hide().doOnCancel(() -> events.add("cancel"));
          try (var elements = iterate(source)) {
            for (int element : elements) {
              if (element == 3) {
                break;
              }
            }
            assertThat(events).isEmpty();
          }
          assertThat(events).containsExactly("cancel");
        });
  }

  @Test
  void shouldCancelUpstreamWhenTheScopeItWasMadeInEnds() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source = Flux.range(0, 100).hide().doOnCancel(() -> events.add("cancel"));
          new CancelScope()
              .run(
                  () -> {
                    assertThat(iterate(source).next()).isZero();
                    assertThat(events).isEmpty();
                  });
          assertThat(events).containsExactly("cancel");
        });
  }

  @Test
  void shouldCancelUpstreamWhenTheTaskEndsByBreakFailureOrCancellation() {
    Virtually.run(
        () -> {
          AtomicInteger cancels = new AtomicInteger();
          Flux<Integer> source = Flux.range(0, 100).hide().doOnCancel(cancels::incrementAndGet);
          await(spawn(() -> iterate(source).next()));
          assertThat(cancels).hasValue(1);
          Task<?> failing =
              spawn(
                  () -> {
                    throw new IllegalStateException("at " + iterate(source).next());
                  });
          assertThatIllegalStateException().isThrownBy(() -> await(failing)).withMessage("at 0");
          assertThat(cancels).hasValue(2);
          Flux<Integer> silent = Flux.<Integer>never().doOnCancel(cancels::incrementAndGet);
          Task<?> waiting = spawn(() -> iterate(silent).next());
          Virtually.turns(2);
          waiting.cancel();
          Virtually.turns(2);
          assertThat(waiting.isCancelled()).isTrue();
          assertThat(cancels).hasValue(3);
        });
  }

  @Test
  void shouldCancelUpstreamWhenTheGeneratorItWasMadeInIsClosed() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Flux<Integer> source = Flux.range(0, 100).hide().doOnCancel(() -> events.add("cancel"));
          Generator<Integer> doubled =
              Generator.of(
                  y -> {
                    for (int element : iterate(source)) {
                      y.yield(2 * element);
                    }
                  });
          doubled.next();
          assertThat(doubled.next()).isEqualTo(2);
          doubled.close();
          assertThat(events).containsExactly("cancel");
        });
  }

  @Test
  void shouldRefuseAStepWhenItWasClosedWithItsScope() {
    Virtually.run(
        () -> {
          FluxIterator<Integer> elements =
              new CancelScope()
                  .run(
                      () -> {
                        FluxIterator<Integer> made = iterate(Flux.range(0, 100));
                        made.next();
                        return made;
                      })
                  .orElseThrow();
          assertThatIllegalStateException()
              .isThrownBy(elements::hasNext)
              .withMessageStartingWith(
                  "cannot iterate: it was closed with the scope it was made in")
              .withMessageEndingWith("make it in the scope or task that takes its last element");
        });
  }

  @Test
  void shouldOutliveTheScopeOfASingleStep() {
    Virtually.run(
        () -> {
          FluxIterator<Integer> elements = iterate(Flux.range(0, 100));
          assertThat(moveOnAfter(SECOND, elements::next)).contains(0);
          assertThat(elements.next()).isEqualTo(1);
        });
  }

  @Test
  void shouldKeepEveryElementWhenAStepIsCancelled() {
    Virtually.run(
        () -> {
          Deferred<String> go = new Deferred<>();
          Flux<Integer> source =
              flux(
                  out -> {
                    out.emit(1);
                    await(go);
                    out.emit(2);
                  });
          FluxIterator<Integer> elements = iterate(source);
          assertThat(elements.next()).isEqualTo(1);
          assertThat(moveOnAfter(SECOND, elements::next)).isEmpty();
          go.complete("go");
          assertThat(elements.next()).isEqualTo(2);
          assertThat(elements.hasNext()).isFalse();
        });
  }

  @Test
  void shouldThrowTheFailureAfterWhatWasEmittedBefore() {
    Virtually.run(
        () -> {
          var unchecked = new IllegalArgumentException("unchecked");
          var failing = iterate(Flux.just(1, 2).concatWith(Flux.error(unchecked)));
          assertThat(failing.next()).isEqualTo(1);
          assertThat(failing.next()).isEqualTo(2);
          assertThatThrownBy(failing::hasNext)
              .isSameAs(unchecked)
              .satisfies(
                  e ->
                      assertThat(e.getSuppressed())
                          .anySatisfy(
                              note -> assertThat(note).hasMessageContaining("was awaited")));
          assertThat(failing.hasNext()).isFalse();
          var checked = new IOException("checked");
          assertThatThrownBy(() -> iterate(Flux.error(checked)).hasNext())
              .isInstanceOf(CompletionException.class)
              .hasCause(checked);
          // In a source that is polled, the operator's lambda runs in the task itself.
          Flux<Integer> polled =
              Flux.range(0, 3)
                  .map(
                      n -> {
                        throw unchecked;
                      });
          assertThatThrownBy(() -> iterate(polled).hasNext()).isSameAs(unchecked);
        });
  }

  @Test
  void shouldFailWhenThePublisherGivesMoreThanWasRequested() {
    TestPublisher<Integer> rude =
        TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
    Virtually.run(
        () -> {
          Task<?> task = spawn(() -> all(iterate(rude, 2)));
          yieldNow();
          // The ring has room for some more than the prefetch.
          for (int n = 0; n < 100; n++) {
            rude.next(n);
          }
          assertThatIllegalStateException()
              .isThrownBy(() -> await(task))
              .withMessageContaining("gave more than was requested");
          rude.assertCancelled();
        });
  }

  @Test
  void shouldDiscardWhatWasFetchedWhenClosed() {
    Virtually.run(
        () -> {
          List<Integer> discarded = new ArrayList<>();
          Context hook =
              Operators.enableOnDiscard(
                  Context.empty(), element -> discarded.add((Integer) element));
          FluxIterator<Integer> elements =
              withContext(hook, () -> iterate(Flux.range(0, 4).hide()));
          assertThat(elements.next()).isZero();
          assertThat(elements.hasNext()).isTrue();
          elements.close();
          assertThat(discarded).containsExactlyInAnyOrder(1, 2, 3);
          assertThat(elements.hasNext()).isFalse();
          assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(elements::next);
        });
  }

  @Test
  void shouldNotSubscribeWhenClosedBeforeTheFirstStep() {
    Virtually.run(
        () -> {
          TestPublisher<Integer> source = TestPublisher.create();
          FluxIterator<Integer> elements = iterate(source);
          elements.close();
          assertThat(elements.hasNext()).isFalse();
          source.assertWasNotSubscribed();
        });
  }

  @Test
  void shouldGiveTheEndToTheTaskThatWaitsWhenClosed() {
    Virtually.run(
        () -> {
          FluxIterator<Integer> elements = iterate(Flux.never());
          Task<Boolean> waiting = spawn(elements::hasNext);
          yieldNow();
          elements.close();
          assertThat(await(waiting)).isFalse();
        });
  }

  @Test
  void shouldRefuseTheSecondTaskThatWaits() {
    Virtually.run(
        () -> {
          FluxIterator<Integer> elements = iterate(Flux.never());
          Task<Boolean> first = spawn(elements::hasNext);
          yieldNow();
          assertThatIllegalStateException()
              .isThrownBy(elements::hasNext)
              .withMessageStartingWith("two tasks iterate at once: source=");
          first.cancel();
        });
  }

  @Test
  void shouldRefuseAnotherThreadAndAWrongPrefetch() {
    try (Loop loop = Loop.start("loop")) {
      FluxIterator<Integer> elements = await(loop.submit(() -> iterate(Flux.range(0, 3))));
      assertThatIllegalStateException()
          .isThrownBy(elements::hasNext)
          .withMessageStartingWith("hasNext() on a wrong thread: thread=")
          .withMessageEndingWith("loop=loop; iterate in a task of that loop");
      assertThatIllegalStateException().isThrownBy(elements::close);
    }
    assertThatIllegalStateException().isThrownBy(() -> iterate(Flux.empty()));
    Virtually.run(
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> iterate(Flux.empty(), 0))
                .withMessage("prefetch must be positive: prefetch=0; one element at a time is 1"));
  }

  @Test
  void shouldCancelASubscriptionThatComesAfterTheClose() {
    Virtually.run(
        () -> {
          List<String> events = new ArrayList<>();
          Deferred<Runnable> late = new Deferred<>();
          Publisher<Integer> slow =
              subscriber ->
                  late.complete(
                      () ->
                          subscriber.onSubscribe(
                              new Subscription() {
                                @Override
                                public void request(long n) {
                                  events.add("request " + n);
                                }

                                @Override
                                public void cancel() {
                                  events.add("cancel");
                                }
                              }));
          FluxIterator<Integer> elements = iterate(slow);
          Task<Boolean> waiting = spawn(elements::hasNext);
          Runnable subscribe = await(late);
          elements.close();
          subscribe.run();
          assertThat(events).containsExactly("cancel");
          assertThat(await(waiting)).isFalse();
        });
  }
}
