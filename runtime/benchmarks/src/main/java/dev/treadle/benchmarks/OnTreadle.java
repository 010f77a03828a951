package dev.treadle.benchmarks;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.run;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.reactor.Reactive.iterate;

import dev.treadle.Loop;
import dev.treadle.LoopBuilder;
import dev.treadle.Treadle;
import dev.treadle.coroutines.Generator;
import dev.treadle.queue.AsyncQueue;
import dev.treadle.sync.AsyncLock;
import dev.treadle.sync.AsyncSemaphore;
import java.time.Duration;
import java.util.function.LongSupplier;
import reactor.core.publisher.Flux;

/** The work on Treadle; each method tells what it did, so that a test can check it. */
final class OnTreadle {
  private OnTreadle() {}

  static long switches(int tasks, int each) {
    return switches(Loop.builder(), tasks, each);
  }

  static long switches(LoopBuilder loop, int tasks, int each) {
    Tally done = new Tally();
    loop.run(
        () ->
            group(
                group -> {
                  for (int t = 0; t < tasks; t++) {
                    group.spawn(
                        () -> {
                          for (int i = 0; i < each; i++) {
                            yieldNow();
                            done.sum++;
                          }
                        });
                  }
                }));
    return done.sum;
  }

  static long spawns(int tasks) {
    Tally ran = new Tally();
    run(
        () -> {
          for (int i = 0; i < tasks; i++) {
            await(
                spawn(
                    () -> {
                      ran.sum++;
                    }));
          }
        });
    return ran.sum;
  }

  static long queue(int capacity, int items) {
    Tally taken = new Tally();
    run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(capacity);
          spawn(
              () -> {
                for (int i = 0; i < items; i++) {
                  queue.put(i & 63);
                }
                queue.close();
              });
          for (int item : queue) {
            taken.sum += item;
          }
        });
    return taken.sum;
  }

  static long pingPong(int rounds) {
    Tally received = new Tally();
    run(
        () -> {
          AsyncQueue<Integer> pings = AsyncQueue.bounded(1);
          AsyncQueue<Integer> pongs = AsyncQueue.bounded(1);
          spawn(
              () -> {
                for (int ping : pings) {
                  pongs.put(ping);
                }
              });
          for (int i = 0; i < rounds; i++) {
            pings.put(i & 63);
            received.sum += pongs.take();
          }
          pings.close();
        });
    return received.sum;
  }

  static long races(int count) {
    Tally won = new Tally();
    run(
        () -> {
          for (int i = 0; i < count; i++) {
            int number = i & 63;
            won.sum +=
                Treadle.<Integer>race(
                    () -> {
                      yieldNow();
                      return number;
                    },
                    () -> {
                      sleep(Duration.ofDays(1));
                      return -1;
                    });
          }
        });
    return won.sum;
  }

  static long lock(int tasks, int each) {
    Tally done = new Tally();
    run(
        () -> {
          AsyncLock lock = new AsyncLock();
          group(
              group -> {
                for (int t = 0; t < tasks; t++) {
                  group.spawn(
                      () -> {
                        for (int i = 0; i < each; i++) {
                          lock.acquire();
                          yieldNow();
                          done.sum++;
                          lock.release();
                        }
                      });
                }
              });
        });
    return done.sum;
  }

  static long semaphore(int permits, int tasks, int each) {
    Tally done = new Tally();
    run(
        () -> {
          AsyncSemaphore semaphore = new AsyncSemaphore(permits);
          group(
              group -> {
                for (int t = 0; t < tasks; t++) {
                  group.spawn(
                      () -> {
                        for (int i = 0; i < each; i++) {
                          semaphore.acquire();
                          yieldNow();
                          done.sum++;
                          semaphore.release();
                        }
                      });
                }
              });
        });
    return done.sum;
  }

  static long elements(int count) {
    long sum = 0;
    try (Generator<Integer> elements =
        Generator.of(
            y -> {
              for (int i = 0; i < count; i++) {
                y.yield(i & 63);
              }
            })) {
      for (int element : elements) {
        sum += element;
      }
    }
    return sum;
  }

  static long flux(Flux<Integer> source, int rounds) {
    Tally taken = new Tally();
    run(
        () -> {
          for (int i = 0; i < rounds; i++) {
            taken.sum += sum(source);
          }
        });
    return taken.sum;
  }

  private static long sum(Flux<Integer> source) {
    long sum = 0;
    for (int element : iterate(source)) {
      sum += element & 63;
    }
    return sum;
  }

  static Sleepers sleepers(int tasks, Duration time, LongSupplier heap) {
    Crowd crowd = new Crowd(time);
    run(
        () ->
            group(
                group -> {
                  for (int t = 0; t < tasks; t++) {
                    group.spawn(
                        () -> {
                          crowd.asleep++;
                          sleep(crowd.time);
                          crowd.woken++;
                        });
                  }
                  yieldNow();
                  crowd.heapBytes = heap.getAsLong();
                  if (crowd.asleep != tasks || crowd.woken != 0) {
                    throw new IllegalStateException(
                        "not all were asleep at once: woken=" + crowd.woken + "; sleep longer");
                  }
                }));
    return new Sleepers(crowd.heapBytes, crowd.woken);
  }

  /** One object, so that a task captures one reference: its state is not what is measured. */
  private static final class Crowd {
    final Duration time;
    int asleep;
    int woken;
    long heapBytes;

    Crowd(Duration time) {
      this.time = time;
    }
  }

  private static final class Tally {
    long sum;
  }

  static long cancels(int tasks) {
    Tally cleanedUp = new Tally();
    run(
        () ->
            group(
                group -> {
                  for (int t = 0; t < tasks; t++) {
                    group.spawn(
                        () -> {
                          try {
                            sleep(Duration.ofHours(1));
                          } finally {
                            cleanedUp.sum++;
                          }
                        });
                  }
                  yieldNow();
                  group.cancel();
                }));
    return cleanedUp.sum;
  }
}
