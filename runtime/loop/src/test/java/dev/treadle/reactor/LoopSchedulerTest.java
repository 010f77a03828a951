package dev.treadle.reactor;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.reactor.Reactive.iterate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.Virtually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

/** A loop as a Reactor scheduler. */
@Timeout(60)
class LoopSchedulerTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static long seconds() {
    return Loop.current().time().toSeconds();
  }

  @Test
  void shouldRunWorkInTheNextTurnInOrder() {
    Virtually.run(
        () -> {
          Scheduler scheduler = Loop.current().scheduler();
          List<Integer> ran = new ArrayList<>();
          Disposable first = scheduler.schedule(() -> ran.add(1));
          scheduler.createWorker().schedule(() -> ran.add(2));
          scheduler.schedule(() -> ran.add(3)).dispose();
          scheduler.schedule(() -> ran.add(4), 0, TimeUnit.SECONDS);
          assertThat(ran).isEmpty();
          yieldNow();
          assertThat(ran).containsExactly(1, 2, 4);
          assertThat(first.isDisposed()).isTrue();
        });
  }

  @Test
  void shouldDelayByTheLoopsClock() {
    Virtually.run(
        () -> {
          Scheduler scheduler = Loop.current().scheduler();
          List<String> ran = new ArrayList<>();
          Flux.just("a", "b", "c")
              .delayElements(Duration.ofHours(1), scheduler)
              .subscribe(element -> ran.add(element + " " + Loop.current().time().toHours()));
          scheduler.schedule(() -> ran.add("x " + seconds()), 2, TimeUnit.SECONDS);
          scheduler.schedule(() -> ran.add("never"), 1, TimeUnit.SECONDS).dispose();
          sleep(Duration.ofHours(4));
          assertThat(ran).containsExactly("x 2", "a 1", "b 2", "c 3");
          assertThat(scheduler.now(TimeUnit.SECONDS)).isEqualTo(4 * 3600);
          assertThat(scheduler.now(TimeUnit.NANOSECONDS)).isEqualTo(4 * 3600 * 1_000_000_000L);
        });
  }

  @Test
  void shouldLetATaskIterateOverDelayedElements() {
    Virtually.loop()
        .deadlockAfter(Duration.ofMillis(1))
        .run(
            () -> {
              Flux<Long> ticks = Flux.interval(SECOND, Loop.current().scheduler()).take(3);
              List<Long> times = new ArrayList<>();
              for (long tick : iterate(ticks)) {
                times.add(tick);
                assertThat(seconds()).isEqualTo(times.size());
              }
              assertThat(times).containsExactly(0L, 1L, 2L);
              assertThat(await(Mono.delay(SECOND, Loop.current().scheduler()))).isZero();
            });
  }

  @Test
  void shouldRepeatAtAFixedRateUntilDisposed() {
    Virtually.run(
        () -> {
          List<Long> times = new ArrayList<>();
          Scheduler.Worker worker = Loop.current().scheduler().createWorker();
          worker.schedulePeriodically(() -> times.add(seconds()), 1, 2, TimeUnit.SECONDS);
          Disposable all =
              Loop.current()
                  .scheduler()
                  .schedulePeriodically(() -> times.add(-seconds()), 4, 4, TimeUnit.SECONDS);
          sleep(Duration.ofSeconds(6));
          worker.dispose();
          assertThat(worker.isDisposed()).isTrue();
          sleep(Duration.ofSeconds(3));
          all.dispose();
          sleep(Duration.ofSeconds(10));
          assertThat(times).containsExactly(1L, 3L, -4L, 5L, -8L);
          assertThatExceptionOfType(RejectedExecutionException.class)
              .isThrownBy(() -> worker.schedule(() -> {}))
              .withMessageContaining("worker of loop=");
        });
  }

  @Test
  void shouldCancelWhatAWorkerHasScheduledWhenDisposed() {
    Virtually.run(
        () -> {
          List<String> ran = new ArrayList<>();
          Scheduler.Worker worker = Loop.current().scheduler().createWorker();
          worker.schedule(() -> ran.add("soon"));
          worker.schedule(() -> ran.add("later"), 1, TimeUnit.SECONDS);
          worker.dispose();
          sleep(SECOND.multipliedBy(2));
          assertThat(ran).isEmpty();
        });
  }

  @Test
  void shouldGiveFailuresToTheFailureHandler() {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(String.valueOf(failure.getMessage())))
        .run(
            () -> {
              Loop.current()
                  .scheduler()
                  .schedule(
                      () -> {
                        throw new IllegalStateException("in work");
                      });
              yieldNow();
            });
    assertThat(reported).containsExactly("in work");
  }

  @Test
  void shouldMoveOperatorsToTheLoopsThread() {
    try (Loop loop = Loop.start("loop")) {
      AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
      StepVerifier.create(
              Flux.range(0, 1000)
                  .publishOn(loop.scheduler())
                  .doOnNext(n -> thread.set(Thread.currentThread()))
                  .delaySequence(Duration.ofMillis(1), loop.scheduler()))
          .expectNextCount(1000)
          .verifyComplete();
      assertThat(thread.get()).isSameAs(loop.thread());
      assertThat(loop.scheduler())
          .isEqualTo(loop.scheduler())
          .hasToString("LoopScheduler[loop]")
          .extracting(Scheduler::isDisposed)
          .isEqualTo(false);
      loop.scheduler().dispose();
      assertThat(loop.isClosed()).isFalse();
    }
  }

  @Test
  void shouldRefuseWorkWhenTheLoopIsClosed() {
    Loop loop = Loop.start("loop");
    Scheduler scheduler = loop.scheduler();
    loop.close();
    assertThat(scheduler.isDisposed()).isTrue();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> scheduler.schedule(() -> {}));
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> scheduler.createWorker().schedule(() -> {}, 1, TimeUnit.SECONDS));
  }
}
