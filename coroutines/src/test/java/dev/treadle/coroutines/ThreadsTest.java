package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadsTest {
  private final List<Object> log = new ArrayList<>();

  @Test
  void shouldContinueWhenSteppedFromDifferentThreadsInTurn() throws Exception {
    Generator<String> generator =
        Generator.of(
            y -> {
              while (true) {
                y.yield(Thread.currentThread().getName());
              }
            });
    for (int i = 0; i < 50; i++) {
      String name = "stepper-" + i;
      var builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      builder.name(name).start(() -> log.add(generator.next())).join();
      assertThat(log).last().isEqualTo(name);
    }
  }

  @Test
  void shouldBlockTheVirtualThreadWhenTheBodyBlocks() throws Exception {
    var lock = new ReentrantLock();
    var blocked = new CountDownLatch(1);
    Generator<Integer> generator =
        Generator.of(
            y -> {
              y.yield(1);
              blocked.countDown();
              lock.lock();
              try {
                y.yield(2);
              } finally {
                lock.unlock();
              }
            });
    lock.lock();
    Thread thread = Thread.ofVirtual().start(() -> generator.forEachRemaining(log::add));
    blocked.await();
    while (!lock.hasQueuedThread(thread)) {
      Thread.onSpinWait();
    }
    lock.unlock();
    thread.join();
    assertThat(log).containsExactly(1, 2);
  }

  @Test
  void shouldKeepManyVirtualThreadsApartWhenTheyParkInsideBodies() throws Exception {
    int threads = 200;
    var sums = new long[threads];
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int t = 0; t < threads; t++) {
        int id = t;
        executor.submit(
            () -> {
              Generator<Integer> inner =
                  Generator.of(
                      y -> {
                        for (int i = 1; i <= 20; i++) {
                          LockSupport.parkNanos(1);
                          Thread.yield();
                          y.yield(id * i);
                        }
                      });
              Generator<Integer> outer = Generator.of(y -> y.yieldFrom(inner));
              for (int n : outer) {
                sums[id] += n;
              }
            });
      }
    }
    for (int t = 0; t < threads; t++) {
      assertThat(sums[t]).isEqualTo(t * 210L);
    }
  }

  /** Its initializer is a native frame on the stack, which pins. */
  private static final class ParksInInitializer {
    static {
      LockSupport.parkNanos(1_000);
    }

    static int one() {
      return 1;
    }
  }

  @Test
  void shouldParkTheCarrierWhenAPinnedBodyBlocksOnAVirtualThread() throws Exception {
    Generator<Integer> generator = Generator.of(y -> y.yield(ParksInInitializer.one()));
    Thread.ofVirtual().start(() -> generator.forEachRemaining(log::add)).join();
    assertThat(log).containsExactly(1);
  }
}
