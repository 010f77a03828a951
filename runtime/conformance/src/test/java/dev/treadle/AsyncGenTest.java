package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.conformance.Ports;
import dev.treadle.coroutines.Coroutine;
import dev.treadle.coroutines.Generator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncGenTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<String> events = new ArrayList<>();
  private final List<String> unobserved = new ArrayList<>();

  /** Counts up, a second each; clean-up takes a second, too. */
  private Generator<Integer> ticks(String name) {
    return Generator.of(
        y -> {
          try {
            for (int i = 1; ; i++) {
              sleep(SECOND);
              y.yield(i);
            }
          } finally {
            shield(() -> sleep(SECOND));
            events.add(name + " closed at " + Loop.current().time().toSeconds());
          }
        });
  }

  private void run(Action<Exception> body) {
    Virtually.loop()
        .onFailure((source, failure) -> unobserved.add(source + ": " + failure.getMessage()))
        .run(body);
  }

  @Ports(
      value = "test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_gc_aclose_09",
      differs = "the end of its scope closes it, not the collector")
  @Test
  void shouldCloseAnAbandonedOneAtTheEndOfItsTask() {
    run(
        () -> {
          Task<Integer> first = spawn(() -> ticks("ticks").next());
          assertThat(await(first)).isEqualTo(1);
          events.add("task ended");
        });
    assertThat(events).containsExactly("ticks closed at 2", "task ended");
  }

  @Ports("trio.test_channel.test_as_safe_channel_close_during_iteration")
  @Test
  void shouldRefuseAStepAfterItsScopeHasEnded() {
    run(
        () -> {
          List<Generator<Integer>> kept = new ArrayList<>();
          moveOnAfter(
              SECOND.multipliedBy(9),
              () -> {
                kept.add(ticks("ticks"));
                kept.getFirst().next();
              });
          Generator<Integer> ticks = kept.getFirst();
          assertThat(ticks.isDone()).isTrue();
          assertThatThrownBy(ticks::hasNext)
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "cannot step: it was closed with the scope it was made in:"
                      + " Generator=Generator[closed];"
                      + " make it in the scope or task that takes its last step");
          ticks.close();
          try (Generator<Integer> around = Generator.of(y -> y.yieldFrom(ticks))) {
            assertThatThrownBy(around::next).hasMessageStartingWith("cannot step: it was closed");
          }
        });
  }

  @Ports("trio.test_channel.test_as_safe_channel_close_during_iteration")
  @Test
  void shouldEndTheLoopWhenClosedInIt() {
    run(
        () -> {
          Generator<Integer> ticks = ticks("ticks");
          for (int i : ticks) {
            events.add("tick " + i);
            if (i == 2) {
              ticks.close();
            }
          }
          events.add("went on");
        });
    assertThat(events).containsExactly("tick 1", "tick 2", "ticks closed at 3", "went on");
  }

  @Ports(
      value = "trio.test_channel.test_as_safe_channel_doesnt_leak_cancellation",
      differs = "a yield inside a scope is refused (PEP 789), so that none can leak")
  @Test
  void shouldNotCancelWhoIteratesWhenTheBodyCancelsAScopeOfItsOwn() {
    Generator<String> body =
        Generator.of(
            y -> {
              CancelScope scope = new CancelScope();
              scope.run(
                  () -> {
                    scope.cancel();
                    assertThat(catchThrowable(() -> y.yield("inside")))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("cannot yield inside a cancel scope or group");
                    sleep(SECOND);
                  });
              y.yield("outside, caught=" + scope.cancelledCaught());
            });
    run(
        () -> {
          for (String item : body) {
            sleep(SECOND);
            events.add(item);
          }
        });
    assertThat(events).containsExactly("outside, caught=true");
  }

  @Ports("test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_athrow_01")
  @Test
  void shouldRaiseWhereTheBodyYieldedWhenItAwaitsThereAndInTheHandler() {
    IllegalArgumentException thrown = new IllegalArgumentException("thrown in");
    run(
        () -> {
          Coroutine<@Nullable Void, Integer, @Nullable Void> coroutine =
              Coroutine.of(
                  c -> {
                    try {
                      sleep(SECOND);
                      c.yield(1);
                      events.add("never");
                    } catch (IllegalArgumentException e) {
                      sleep(SECOND);
                      events.add(e.getMessage() + " at " + Loop.current().time().toSeconds());
                      c.yield(2);
                      sleep(SECOND);
                      throw e;
                    }
                    return null;
                  });
          assertThat(coroutine.next()).isEqualTo(1);
          assertThat(coroutine.throwInto(thrown)).isEqualTo(2);
          assertThatThrownBy(coroutine::next).isSameAs(thrown);
          assertThat(coroutine.isDone()).isTrue();
          assertThat(Loop.current().time()).isEqualTo(SECOND.multipliedBy(3));
        });
    assertThat(events).containsExactly("thrown in at 2");
  }

  @Ports("test_runners.RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors")
  @Test
  void shouldCloseAllWhenAHangingTaskFailsAtTheEnd() {
    run(
        () -> {
          spawn(
              "hanging",
              () -> {
                ticks("hanging").next();
                try {
                  sleep(SECOND.multipliedBy(100));
                } catch (Cancelled cancelled) {
                  throw new IllegalStateException("while ending");
                }
              });
          spawn(
              "idle",
              () -> {
                ticks("idle").next();
                sleep(SECOND.multipliedBy(100));
              });
          sleep(SECOND.multipliedBy(2));
        });
    assertThat(events).containsExactlyInAnyOrder("hanging closed at 3", "idle closed at 3");
    assertThat(unobserved).containsExactly("task 'hanging': while ending");
  }

  @Ports("test_asyncgen.AsyncGenAsyncioTest.test_async_gen_asyncio_shutdown_01")
  @Test
  void shouldCloseAllWhenTheLoopShutsDown() {
    run(
        () -> {
          for (String name : List.of("a", "b")) {
            spawn(
                () -> {
                  ticks(name).next();
                  sleep(SECOND.multipliedBy(100));
                });
          }
          ticks("main").next();
        });
    assertThat(events)
        .containsExactlyInAnyOrder("main closed at 2", "a closed at 3", "b closed at 3");
  }

  @Ports("test_asyncgen.AsyncGenTest.test_async_gen_asend_throw_concurrent_with_send")
  @Test
  void shouldRefuseAStepWhileAnotherTaskIsInOne() {
    run(
        () -> {
          Generator<Integer> ticks = ticks("ticks");
          Task<Integer> first = spawn("first", ticks::next);
          yieldNow();
          assertThatThrownBy(ticks::next)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("already running, by task 'first'");
          assertThatThrownBy(ticks::close).hasMessageContaining("already running");
          assertThat(await(first)).isEqualTo(1);
          assertThat(ticks.next()).isEqualTo(2);
        });
    assertThat(events).containsExactly("ticks closed at 3");
  }
}
