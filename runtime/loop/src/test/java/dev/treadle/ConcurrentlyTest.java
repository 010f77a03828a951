package dev.treadle;

import static dev.treadle.Treadle.concurrently;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.coroutines.Generator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConcurrentlyTest {
  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void shouldGiveValuesInTheOrderOfTheSourceWithSoManyAtATime() {
    VirtualLoop.run(
        () -> {
          int[] running = new int[2];
          List<Integer> values =
              concurrently(3, upTo(10))
                  .map(
                      n -> {
                        running[1] = Math.max(running[1], ++running[0]);
                        sleepMs(n % 2 == 0 ? 20 : 10);
                        running[0]--;
                        return n * n;
                      });
          assertThat(values).containsExactly(0, 1, 4, 9, 16, 25, 36, 49, 64, 81);
          assertThat(running[1]).isEqualTo(3);
          assertThat(now()).as("150 ms of work on three").isLessThanOrEqualTo(60);
        });
  }

  @Test
  void shouldGiveValuesAsTheyComeWhenUnordered() {
    VirtualLoop.run(
        () -> {
          List<Integer> values =
              concurrently(2, List.of(30, 10, 5))
                  .unordered()
                  .map(
                      n -> {
                        sleepMs(n);
                        return n;
                      });
          assertThat(values).containsExactly(10, 5, 30);
        });
  }

  @Test
  void shouldNotBeHeldUpByASlowElementWhenOrdered() {
    VirtualLoop.run(
        () -> {
          List<Integer> values =
              concurrently(2, List.of(100, 10, 10, 10))
                  .map(
                      n -> {
                        sleepMs(n);
                        return n;
                      });
          assertThat(values).containsExactly(100, 10, 10, 10);
          assertThat(now()).isEqualTo(100);
        });
  }

  @Test
  void shouldTakeNoneManyAndNulls() {
    VirtualLoop.run(
        () -> {
          assertThat(concurrently(2, List.<Integer>of()).map(n -> n)).isEmpty();
          assertThat(concurrently(100, upTo(3)).map(n -> n)).containsExactly(0, 1, 2);
          List<@Nullable Integer> nulls = Arrays.asList(1, null, 3);
          assertThat(concurrently(1, nulls).<@Nullable Integer>map(n -> n))
              .containsExactly(1, null, 3);
        });
  }

  @Test
  void shouldCancelTheRestAndStopTakingWhenOneFails() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          List<Integer> taken = new ArrayList<>();
          int[] cleaned = new int[1];
          Generator<Integer> endless = endless(taken);
          assertThatThrownBy(
                  () ->
                      concurrently(3, endless)
                          .map(
                              n -> {
                                if (n == 1) {
                                  sleepMs(10);
                                  throw failure;
                                }
                                try {
                                  sleepForever();
                                } finally {
                                  cleaned[0]++;
                                }
                                return n;
                              }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(failure))
              .hasMessageContaining("group=map");
          assertThat(cleaned[0]).isEqualTo(2);
          assertThat(taken).containsExactly(0, 1, 2, -1);
          assertThat(endless.isDone()).isTrue();
          assertThat(now()).isEqualTo(10);
        });
  }

  /** Numbers without end; notes each, and -1 when it is closed. */
  private static Generator<Integer> endless(List<Integer> taken) {
    return Generator.of(
        y -> {
          try {
            for (int n = 0; ; n++) {
              taken.add(n);
              y.yield(n);
            }
          } finally {
            taken.add(-1);
          }
        });
  }

  @Test
  void shouldCollectFailuresWhenAsked() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          Handler<Integer, Integer> odd =
              n -> {
                sleepMs(10 - n);
                if (n % 2 == 0) {
                  throw failure;
                }
                return n;
              };
          assertThat(concurrently(2, upTo(3)).<Integer>mapResults(odd))
              .containsExactly(
                  new Result.Failure<>(failure),
                  new Result.Success<>(1),
                  new Result.Failure<>(failure));
          assertThat(concurrently(3, upTo(3)).unordered().<Integer>mapResults(odd))
              .extracting(Result::isSuccess)
              .containsExactly(false, true, false);
          assertThat(concurrently(2, upTo(3)).forEachResults(odd::handle))
              .extracting(Result::isSuccess)
              .containsExactly(false, true, false);
        });
  }

  @Test
  void shouldFailOrCollectWhenOneWasCancelledByItself() {
    VirtualLoop.run(
        () -> {
          Handler<Integer, Integer> suicidal =
              n -> {
                if (n == 1) {
                  Task.require("test").cancel();
                }
                sleepMs(10);
                return n;
              };
          assertThatThrownBy(() -> concurrently(2, upTo(4)).map(suicidal))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed ->
                      assertThat(failed.causes())
                          .singleElement()
                          .isInstanceOf(CancellationException.class));
          List<Result<Integer>> results = concurrently(2, upTo(4)).mapResults(suicidal);
          assertThat(results)
              .extracting(Result::isSuccess)
              .containsExactly(true, false, true, true);
          assertThatThrownBy(results.get(1)::get).isInstanceOf(CancellationException.class);
        });
  }

  @Test
  void shouldFailWhenTheSourceFails() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException();
          Generator<Integer> source =
              Generator.of(
                  y -> {
                    y.yield(1);
                    sleepMs(10);
                    throw failure;
                  });
          assertThatThrownBy(
                  () ->
                      concurrently(2, source)
                          .mapResults(
                              n -> {
                                sleepForever();
                                return n;
                              }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(failure));
          assertThat(now()).isEqualTo(10);
        });
  }

  @Test
  void shouldRunEachForItsEffect() {
    VirtualLoop.run(
        () -> {
          List<Integer> done = new ArrayList<>();
          concurrently(2, List.of(30, 10, 5))
              .forEach(
                  n -> {
                    sleepMs(n);
                    done.add(n);
                  });
          assertThat(done).containsExactly(10, 5, 30);
          IOException failure = new IOException();
          assertThatThrownBy(
                  () ->
                      concurrently(2, upTo(2))
                          .forEach(
                              n -> {
                                throw failure;
                              }))
              .isInstanceOf(TaskGroupException.class)
              .hasCause(failure);
        });
  }

  @Test
  void shouldCancelAllAndCloseTheSourceWhenTheCallerIsCancelled() {
    VirtualLoop.run(
        () -> {
          List<Integer> taken = new ArrayList<>();
          int[] cleaned = new int[1];
          assertThat(
                  moveOnAfter(
                      ms(10),
                      () ->
                          concurrently(3, endless(taken))
                              .forEach(
                                  n -> {
                                    try {
                                      sleepForever();
                                    } finally {
                                      cleaned[0]++;
                                    }
                                  })))
              .isFalse();
          assertThat(cleaned[0]).isEqualTo(3);
          assertThat(taken).containsExactly(0, 1, 2, -1);
        });
  }

  @Test
  void shouldTakeFromASourceThatAwaitsInTheCallingTask() {
    VirtualLoop.run(
        () -> {
          Task<?> self = Task.require("test");
          Generator<Integer> source =
              Generator.of(
                  y -> {
                    for (int n = 0; n < 3; n++) {
                      sleepMs(10);
                      assertThat(Task.require("test")).isSameAs(self);
                      y.yield(n);
                    }
                  });
          assertThat(
                  concurrently(3, source)
                      .map(
                          n -> {
                            sleepMs(10);
                            return now();
                          }))
              .containsExactly(20L, 30L, 40L);
        });
  }

  @Test
  void shouldSayWhyWhenClosingTheSourceFails() {
    VirtualLoop.run(
        () -> {
          IllegalStateException failure = new IllegalStateException("close");
          Generator<Integer> source =
              Generator.of(
                  y -> {
                    try {
                      y.yield(1);
                      y.yield(2);
                    } finally {
                      fail(failure);
                    }
                  });
          assertThatThrownBy(
                  () ->
                      concurrently(1, source)
                          .forEach(
                              n -> {
                                throw new IOException("first");
                              }))
              .isInstanceOf(TaskGroupException.class)
              .satisfies(failed -> assertThat(failed.getSuppressed()).containsExactly(failure));
        });
  }

  private static void fail(RuntimeException failure) {
    throw failure;
  }

  @Test
  void shouldBeUsableSeveralTimesWhenItsSourceIs() {
    VirtualLoop.run(
        () -> {
          Concurrently<Integer> twice = concurrently(2, upTo(3));
          assertThat(twice.map(n -> n)).isEqualTo(twice.map(n -> n));
        });
  }

  @Test
  void shouldRefuseALimitThatIsNotPositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> concurrently(0, upTo(1)))
        .withMessage("concurrently() needs a positive limit: limit=0; give how many run at once");
  }
}
