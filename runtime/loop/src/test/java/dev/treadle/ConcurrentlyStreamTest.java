package dev.treadle;

import static dev.treadle.Treadle.concurrently;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.VirtualLoop.ms;
import static dev.treadle.VirtualLoop.now;
import static dev.treadle.VirtualLoop.sleepForever;
import static dev.treadle.VirtualLoop.sleepMs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.coroutines.Generator;
import dev.treadle.queue.AsyncQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ConcurrentlyStreamTest {
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
  void shouldEndAnEndlessSourceWhenTheBodyHasWhatItWants() {
    VirtualLoop.run(
        () -> {
          List<Integer> taken = new ArrayList<>();
          int[] cleaned = new int[1];
          int found =
              concurrently(3, endless(taken)).stream(
                  n -> {
                    try {
                      sleepMs(10 + n);
                      return n * n;
                    } finally {
                      cleaned[0]++;
                    }
                  },
                  squares -> {
                    for (int square : squares) {
                      if (square > 20) {
                        return square;
                      }
                    }
                    throw new AssertionError("ended");
                  });
          assertThat(found).isEqualTo(25);
          assertThat(taken.getLast()).isEqualTo(-1);
          assertThat(cleaned[0]).as("all that began have ended").isGreaterThanOrEqualTo(6);
        });
  }

  @Test
  void shouldNeverTakeMoreThanTheLimitBeyondWhatTheBodyHasGot() {
    VirtualLoop.run(
        () -> {
          for (boolean ordered : new boolean[] {true, false}) {
            List<Integer> taken = new ArrayList<>();
            Concurrently<Integer> source = concurrently(3, endless(taken));
            int[] got = new int[1];
            (ordered ? source : source.unordered())
                .stream(
                    n -> {
                      assertThat(taken.size()).isLessThanOrEqualTo(got[0] + 3);
                      return n;
                    },
                    values -> {
                      for (int value : values) {
                        assertThat(value).isEqualTo(got[0]);
                        if (++got[0] == 10) {
                          break;
                        }
                        sleepMs(10);
                        assertThat(taken).hasSize(got[0] + 3);
                      }
                    });
          }
        });
  }

  @Test
  void shouldGiveValuesInOrderOrAsTheyCome() {
    VirtualLoop.run(
        () -> {
          Handler<Integer, Integer> slow =
              n -> {
                sleepMs(n);
                return n;
              };
          List<String> events = new ArrayList<>();
          concurrently(2, List.of(30, 10, 5)).stream(slow, note(events));
          assertThat(events).containsExactly("30@30", "10@30", "5@35");
          events.clear();
          concurrently(2, List.of(30, 10, 5)).unordered().stream(slow, note(events));
          assertThat(events).containsExactly("10@45", "5@50", "30@65");
        });
  }

  private static Receiver<Iterable<Integer>> note(List<String> events) {
    return values -> {
      for (int value : values) {
        events.add(value + "@" + now());
      }
    };
  }

  @Test
  void shouldGiveValuesWhileTheSourceIsWaitedFor() {
    VirtualLoop.run(
        () -> {
          // A crawler: what the body gets makes new elements.
          AsyncQueue<Integer> pages = AsyncQueue.unbounded();
          pages.put(1);
          List<Integer> seen = new ArrayList<>();
          concurrently(4, pages).unordered().stream(
              page -> {
                sleepMs(10);
                return page;
              },
              fetched -> {
                for (int page : fetched) {
                  seen.add(page);
                  if (page < 8) {
                    pages.put(2 * page);
                    pages.put(2 * page + 1);
                  }
                  if (seen.size() == 15) {
                    pages.close();
                  }
                }
              });
          assertThat(seen).hasSize(15).isSorted();
          assertThat(now()).isEqualTo(50);
        });
  }

  @Test
  void shouldCancelTheBodyWhenAnElementFails() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          Order order = new Order();
          assertThatThrownBy(
                  () ->
                      concurrently(2, List.of(1, 2)).stream(
                          n -> {
                            sleepMs(10 * n);
                            if (n == 2) {
                              throw failure;
                            }
                            return n;
                          },
                          values -> {
                            try {
                              for (int value : values) {
                                order.step(value);
                                sleepForever();
                              }
                            } finally {
                              order.step(2);
                            }
                          }))
              .isInstanceOfSatisfying(
                  TaskGroupException.class,
                  failed -> assertThat(failed.causes()).containsExactly(failure))
              .hasMessageContaining("group=stream");
          assertThat(now()).isEqualTo(20);
        });
  }

  @Test
  void shouldGiveFailuresToTheBodyWhenAsked() {
    VirtualLoop.run(
        () -> {
          IOException failure = new IOException();
          Handler<Integer, Integer> odd =
              n -> {
                if (n % 2 == 0) {
                  throw failure;
                }
                return n;
              };
          List<Result<Integer>> all =
              concurrently(2, List.of(1, 2, 3))
                  .<Integer, List<Result<Integer>>>streamResults(
                      odd,
                      results -> {
                        List<Result<Integer>> list = new ArrayList<>();
                        results.forEach(list::add);
                        return list;
                      });
          assertThat(all)
              .containsExactly(
                  new Result.Success<>(1), new Result.Failure<>(failure), new Result.Success<>(3));
          int[] count = new int[1];
          concurrently(2, List.of(2, 4))
              .streamResults(
                  odd,
                  results -> {
                    for (Result<Integer> result : results) {
                      count[0] += result.isSuccess() ? 100 : 1;
                    }
                  });
          assertThat(count[0]).isEqualTo(2);
        });
  }

  @Test
  void shouldCancelAllAndCloseTheSourceWhenTheBodyFails() {
    VirtualLoop.run(
        () -> {
          List<Integer> taken = new ArrayList<>();
          IOException failure = new IOException();
          int[] cleaned = new int[1];
          assertThatThrownBy(
                  () ->
                      concurrently(2, endless(taken)).stream(
                          n -> {
                            try {
                              sleepForever();
                            } finally {
                              cleaned[0]++;
                            }
                            return n;
                          },
                          values -> {
                            sleepMs(10);
                            if (now() == 10) {
                              throw failure;
                            }
                          }))
              .isInstanceOf(TaskGroupException.class)
              .hasCause(failure);
          assertThat(cleaned[0]).isEqualTo(2);
          assertThat(taken).containsExactly(0, 1, -1);
        });
  }

  @Test
  void shouldInterruptASourceThatWaitsWhenTheBodyEnds() {
    VirtualLoop.run(
        () -> {
          Order order = new Order();
          Generator<Integer> source =
              Generator.of(
                  y -> {
                    y.yield(1);
                    try {
                      sleepForever();
                    } finally {
                      shield(() -> sleepMs(5));
                      order.step(1);
                    }
                  });
          int first =
              concurrently(2, source).stream(
                  n -> n,
                  values -> {
                    return values.iterator().next();
                  });
          order.step(2);
          assertThat(first).isOne();
          assertThat(now()).isEqualTo(5);
        });
  }

  @Test
  void shouldEndTheIterationWithTheBody() {
    VirtualLoop.run(
        () -> {
          Iterable<Integer> kept =
              concurrently(2, List.of(1, 2, 3)).<Integer, Iterable<Integer>>stream(
                  n -> n, values -> values);
          assertThat(kept).isEmpty();
          assertThatThrownBy(() -> kept.iterator().next())
              .isInstanceOf(NoSuchElementException.class);
        });
  }

  @Test
  void shouldCancelAllWhenTheCallerIsCancelled() {
    VirtualLoop.run(
        () -> {
          List<Integer> taken = new ArrayList<>();
          assertThat(
                  moveOnAfter(
                      ms(10),
                      () ->
                          concurrently(2, endless(taken)).stream(
                              n -> {
                                sleepForever();
                                return n;
                              },
                              values -> {
                                Iterator<Integer> iterator = values.iterator();
                                assertThat(iterator.hasNext()).isTrue();
                              })))
              .isFalse();
          assertThat(taken).containsExactly(0, 1, -1);
          assertThat(now()).isEqualTo(10);
        });
  }
}
