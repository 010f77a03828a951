package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.race;
import static dev.treadle.Treadle.shield;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RaceTest {
  private static Callable<Integer> after(long millis, int value) {
    return () -> {
      sleepMs(millis);
      return value;
    };
  }

  private static Callable<Integer> failAfter(long millis, Exception failure) {
    return () -> {
      sleepMs(millis);
      throw failure;
    };
  }

  @Test
  void shouldGiveTheFirstValueWhenTheOthersHaveBeenCancelledAndAwaited() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          int winner =
              race(
                  () -> {
                    try {
                      sleepForever();
                      return 0;
                    } finally {
                      order.step(1);
                      shield(() -> sleepMs(5));
                      order.step(2);
                    }
                  },
                  after(10, 1),
                  after(20, 2));
          order.step(3);
          assertThat(winner).isOne();
          assertThat(now()).isEqualTo(15);
        });
  }

  @Test
  void shouldIgnoreFailuresWhenOneSucceeds() {
    VirtualLoop.run(
        () -> {
          assertThat(Treadle.<Integer>race(failAfter(5, new IOException()), after(10, 1))).isOne();
          assertThat(Treadle.<@Nullable Integer>race(() -> null, after(10, 1))).isNull();
        });
  }

  @Test
  void shouldThrowAllFailuresInTheOrderOfFailingWhenNoneSucceeds() {
    VirtualLoop.run(
        () -> {
          IOException first = new IOException("first");
          IllegalStateException second = new IllegalStateException("second");
          assertThatThrownBy(() -> race(failAfter(20, second), failAfter(10, first)))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(first, second))
              .hasMessageContaining("group=race");
        });
  }

  @Test
  void shouldTakeTheEarlierOneWhenTwoSucceedInOneTurn() {
    VirtualLoop.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          Deferred<Integer> both = new Deferred<>();
          Loop.current().callLater(ms(10), () -> both.complete(0));
          int winner =
              race(
                  Duration.ZERO,
                  List.of(() -> await(both) + 1, () -> await(both) + 2, after(50, 3)),
                  undelivered::add);
          assertThat(winner).isOne();
          assertThat(undelivered).as("what nobody gets").containsExactly(2);
        });
  }

  @Test
  void shouldHandOverALosersValueWhenItSucceedsInSpiteOfItsCancellation() {
    VirtualLoop.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          Callable<Integer> stubborn = () -> shield(() -> after(30, 2).call());
          assertThat(race(Duration.ZERO, List.of(stubborn, after(10, 1)), undelivered::add))
              .isOne();
          assertThat(undelivered).containsExactly(2);
          assertThat(now()).isEqualTo(30);
        });
  }

  @Test
  void shouldHandOverTheWinnersValueWhenTheCallerIsCancelledMeanwhile() {
    VirtualLoop.run(
        () -> {
          List<Integer> undelivered = new ArrayList<>();
          Callable<Integer> slowToEnd =
              () -> {
                try {
                  sleepForever();
                  return 0;
                } finally {
                  shield(() -> sleepMs(30));
                }
              };
          assertThat(
                  moveOnAfter(
                      ms(20),
                      () ->
                          race(Duration.ZERO, List.of(after(10, 1), slowToEnd), undelivered::add)))
              .isEmpty();
          assertThat(undelivered).containsExactly(1);
          assertThat(now()).isEqualTo(40);
        });
  }

  @Test
  void shouldReportWhatFailsWhenTheRaceIsDecided() {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
        .run(
            () -> {
              Callable<Integer> badCleanUp =
                  () -> {
                    try {
                      sleepForever();
                    } catch (Cancelled c) {
                      throw new IllegalStateException("clean-up");
                    }
                    return 0;
                  };
              Callable<Integer> stubborn = () -> shield(() -> after(30, 2).call());
              int winner =
                  race(
                      Duration.ZERO,
                      List.of(badCleanUp, after(10, 1), stubborn),
                      value -> {
                        throw new IllegalStateException("hook");
                      });
              assertThat(winner).isOne();
            });
    assertThat(reported)
        .containsExactly(
            "loser of a race, task 'task-2': clean-up", "onUndelivered of a race: hook");
  }

  @Test
  void shouldCancelAllWhenTheCallerIsCancelled() {
    VirtualLoop.run(
        () -> {
          int[] cleaned = new int[1];
          Callable<Integer> body =
              () -> {
                try {
                  sleepForever();
                  return 1;
                } finally {
                  cleaned[0]++;
                }
              };
          assertThat(moveOnAfter(ms(10), () -> Treadle.<Integer>race(body, body))).isEmpty();
          assertThat(cleaned[0]).isEqualTo(2);
        });
  }

  @Test
  void shouldCountOneThatIsCancelledByItselfAsFailed() {
    VirtualLoop.run(
        () -> {
          Callable<Integer> suicide =
              () -> {
                Task.require("test").cancel();
                sleepForever();
                return 1;
              };
          assertThat(Treadle.<Integer>race(suicide, after(10, 2))).isEqualTo(2);
          assertThatThrownBy(() -> race(suicide))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed ->
                      assertThat(failed.causes())
                          .singleElement()
                          .isInstanceOf(CancellationException.class));
        });
  }

  @Test
  void shouldThrowAFatalErrorWhenOneIsThrown() {
    VirtualLoop.run(
        () -> {
          InternalError fatal = new InternalError();
          Callable<Integer> broken =
              () -> {
                throw fatal;
              };
          assertThatThrownBy(() -> race(broken, after(10, 1))).isSameAs(fatal);
        });
  }

  @Test
  void shouldRefuseARaceOfNothingOrOutsideATask() {
    VirtualLoop.run(
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> race())
                .withMessage("race() of nothing: bodies=[]; give at least one body"));
    assertThatIllegalStateException()
        .isThrownBy(() -> race(after(1, 1)))
        .withMessageStartingWith("race() outside a task: ");
  }

  @Test
  void shouldStartNothingMoreWhenTheOneBeforeFailsInTheTurnOfAWin() {
    List<String> reported = new ArrayList<>();
    Virtually.loop()
        .onFailure((source, failure) -> reported.add(source + ": " + failure.getMessage()))
        .run(
            () -> {
              Callable<Integer> never =
                  () -> {
                    throw new AssertionError("started");
                  };
              Callable<Integer> loser = failAfter(50, new IOException("too late"));
              assertThat(race(ms(100), List.of(after(150, 8), loser, never))).isEqualTo(8);
              assertThat(now()).isEqualTo(150);
            });
    assertThat(reported).containsExactly("loser of a race, task 'task-3': too late");
  }
}
