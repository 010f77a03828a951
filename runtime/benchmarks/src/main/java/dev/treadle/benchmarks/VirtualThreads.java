package dev.treadle.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * The same work on virtual threads; fair only with one carrier: {@code
 * -Djdk.virtualThreadScheduler.parallelism=1}. All of it runs inside virtual threads, so that no
 * switch to the caller's thread is counted.
 */
final class VirtualThreads {
  private VirtualThreads() {}

  static long switches(int tasks, int each) throws InterruptedException {
    long[] done = new long[tasks];
    inside(
        () -> {
          List<Thread> threads = new ArrayList<>(tasks);
          for (int t = 0; t < tasks; t++) {
            int slot = t;
            threads.add(
                Thread.startVirtualThread(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        Thread.yield();
                        done[slot]++;
                      }
                    }));
          }
          for (Thread thread : threads) {
            thread.join();
          }
        });
    long sum = 0;
    for (long count : done) {
      sum += count;
    }
    return sum;
  }

  static long spawns(int tasks) throws InterruptedException {
    long[] ran = new long[1];
    inside(
        () -> {
          for (int i = 0; i < tasks; i++) {
            Thread.startVirtualThread(() -> ran[0]++).join();
          }
        });
    return ran[0];
  }

  static long queue(int capacity, int items) throws InterruptedException {
    long[] sum = new long[1];
    inside(
        () -> {
          BlockingQueue<Integer> queue = new ArrayBlockingQueue<>(capacity);
          Thread.startVirtualThread(
              () -> {
                for (int i = 0; i < items; i++) {
                  put(queue, i & 63);
                }
              });
          for (int i = 0; i < items; i++) {
            sum[0] += queue.take();
          }
        });
    return sum[0];
  }

  static long pingPong(int rounds) throws InterruptedException {
    long[] sum = new long[1];
    inside(
        () -> {
          BlockingQueue<Integer> pings = new ArrayBlockingQueue<>(1);
          BlockingQueue<Integer> pongs = new ArrayBlockingQueue<>(1);
          Thread.startVirtualThread(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  put(pongs, take(pings));
                }
              });
          for (int i = 0; i < rounds; i++) {
            pings.put(i & 63);
            sum[0] += pongs.take();
          }
        });
    return sum[0];
  }

  static long races(int count) throws InterruptedException {
    long[] won = new long[1];
    inside(
        () -> {
          for (int i = 0; i < count; i++) {
            int number = i & 63;
            // Its close waits for the loser.
            try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
              won[0] +=
                  racers.<Integer>invokeAny(
                      List.of(
                          () -> {
                            Thread.yield();
                            return number;
                          },
                          () -> {
                            Thread.sleep(Duration.ofDays(1));
                            return -1;
                          }));
            } catch (ExecutionException e) {
              throw new IllegalStateException("no winner", e);
            }
          }
        });
    return won[0];
  }

  static long lock(int tasks, int each) throws InterruptedException {
    ReentrantLock lock = new ReentrantLock(true);
    return contend(tasks, each, lock::lockInterruptibly, lock::unlock);
  }

  static long semaphore(int permits, int tasks, int each) throws InterruptedException {
    Semaphore semaphore = new Semaphore(permits, true);
    return contend(tasks, each, semaphore::acquire, semaphore::release);
  }

  private static long contend(int tasks, int each, Body acquire, Runnable release)
      throws InterruptedException {
    long[] done = new long[tasks];
    inside(
        () -> {
          List<Thread> threads = new ArrayList<>(tasks);
          for (int t = 0; t < tasks; t++) {
            int slot = t;
            threads.add(
                Thread.startVirtualThread(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        uninterrupted(acquire);
                        Thread.yield();
                        done[slot]++;
                        release.run();
                      }
                    }));
          }
          for (Thread thread : threads) {
            thread.join();
          }
        });
    return LongStream.of(done).sum();
  }

  static Sleepers sleepers(int tasks, Duration time, LongSupplier heap)
      throws InterruptedException {
    AtomicInteger asleep = new AtomicInteger();
    CountDownLatch woken = new CountDownLatch(tasks);
    for (int t = 0; t < tasks; t++) {
      Thread.startVirtualThread(
          () -> {
            asleep.incrementAndGet();
            try {
              Thread.sleep(time);
            } catch (InterruptedException e) {
              throw new IllegalStateException("interrupted", e);
            }
            woken.countDown();
          });
    }
    while (asleep.get() < tasks) {
      Thread.sleep(1);
    }
    long bytes = heap.getAsLong();
    if (woken.getCount() != tasks) {
      throw new IllegalStateException(
          "not all were asleep at once: asleep=" + woken.getCount() + "; sleep longer");
    }
    woken.await();
    return new Sleepers(bytes, tasks);
  }

  static long cancels(int tasks) throws InterruptedException {
    AtomicInteger asleep = new AtomicInteger();
    AtomicInteger cleanedUp = new AtomicInteger();
    inside(
        () -> {
          List<Thread> threads = new ArrayList<>(tasks);
          for (int t = 0; t < tasks; t++) {
            threads.add(
                Thread.startVirtualThread(
                    () -> {
                      asleep.incrementAndGet();
                      try {
                        Thread.sleep(Duration.ofHours(1));
                      } catch (InterruptedException e) {
                        cleanedUp.incrementAndGet();
                      }
                    }));
          }
          while (asleep.get() < tasks) {
            Thread.yield();
          }
          threads.forEach(Thread::interrupt);
          for (Thread thread : threads) {
            thread.join();
          }
        });
    return cleanedUp.get();
  }

  private static void put(BlockingQueue<Integer> queue, int item) {
    try {
      queue.put(item);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int take(BlockingQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void inside(Body body) throws InterruptedException {
    Thread.ofVirtual().start(() -> uninterrupted(body)).join();
  }

  private static void uninterrupted(Body body) {
    try {
      body.run();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private interface Body {
    void run() throws InterruptedException;
  }
}
