package dev.treadle.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Loop;
import dev.treadle.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that put and take, time out and get interrupted at random: every item that a put brought
 * in is taken once, and no other. The twin does not wait for the loop's word on a withdrawal.
 */
@Timeout(120)
class ThreadSideStressTest {
  private static final int THREADS = 3;
  private static final int ITEMS = 2000;

  private final Collection<Integer> put = new ConcurrentLinkedQueue<>();
  private final Collection<Integer> taken = new ConcurrentLinkedQueue<>();

  @Test
  void shouldNeitherLoseNorDoubleAnItem() throws Exception {
    runWith(false);
    assertThat(taken).hasSizeGreaterThan(ITEMS / 10).containsExactlyInAnyOrderElementsOf(put);
  }

  @Test
  void shouldFindATwinThatWithdrawsWithoutAsking() throws Exception {
    runWith(true);
    assertThat(List.copyOf(taken)).isNotEqualTo(List.copyOf(put));
    List<Integer> lost = new ArrayList<>(put);
    lost.removeAll(taken);
    List<Integer> unexpected = new ArrayList<>(taken);
    unexpected.removeAll(put);
    assertThat(lost.size() + unexpected.size()).isPositive();
  }

  private interface Side {
    boolean put(int item, @Nullable Duration timeout) throws InterruptedException;

    @Nullable Integer take(@Nullable Duration timeout) throws InterruptedException;
  }

  private record Real(ThreadSide<Integer> side) implements Side {
    @Override
    public boolean put(int item, @Nullable Duration timeout) throws InterruptedException {
      if (timeout != null) {
        return side.offer(item, timeout);
      }
      side.put(item);
      return true;
    }

    @Override
    public @Nullable Integer take(@Nullable Duration timeout) throws InterruptedException {
      return timeout == null ? side.take() : side.poll(timeout);
    }
  }

  private record Careless(Loop loop, AsyncQueue<Integer> queue) implements Side {
    @Override
    public boolean put(int item, @Nullable Duration timeout) throws InterruptedException {
      return get(loop.submit(() -> queue.admit(item)));
    }

    @Override
    public @Nullable Integer take(@Nullable Duration timeout) throws InterruptedException {
      return get(loop.submit(queue::take));
    }

    private static <T> T get(Task<T> task) throws InterruptedException {
      try {
        return task.toCompletableFuture().get();
      } catch (InterruptedException withdrawn) {
        task.cancel();
        throw withdrawn;
      } catch (ExecutionException e) {
        throw (RuntimeException) e.getCause();
      }
    }
  }

  private void runWith(boolean careless) throws Exception {
    try (Loop loop = Loop.start("stress")) {
      AsyncQueue<Integer> queue =
          loop.submit(() -> AsyncQueue.<Integer>bounded(2)).toCompletableFuture().get();
      try (ThreadSide<Integer> real = loop.submit(queue::forThreads).toCompletableFuture().get()) {
        Side side = careless ? new Careless(loop, queue) : new Real(real);
        List<Thread> producers = new ArrayList<>();
        List<Thread> consumers = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          int number = t;
          producers.add(Thread.ofPlatform().start(() -> produce(side, number)));
          consumers.add(Thread.ofPlatform().start(() -> consume(side, number)));
        }
        Random random = new Random(1);
        while (producers.stream().anyMatch(Thread::isAlive)) {
          List<Thread> victims = random.nextBoolean() ? producers : consumers;
          victims.get(random.nextInt(THREADS)).interrupt();
          Thread.sleep(0, random.nextInt(300_000));
        }
        loop.submit("close", queue::close).toCompletableFuture().get();
        for (Thread consumer : consumers) {
          consumer.join();
        }
      }
    }
  }

  private static @Nullable Duration timeout(Random random) {
    return random.nextBoolean() ? null : Duration.ofNanos(random.nextInt(200_000));
  }

  private void produce(Side side, int number) {
    Random random = new Random(number);
    for (int n = 0; n < ITEMS; n++) {
      int item = number * ITEMS + n;
      try {
        if (side.put(item, timeout(random))) {
          put.add(item);
        }
      } catch (InterruptedException withdrawn) {
        // The item is ours, and dropped.
      }
    }
  }

  private void consume(Side side, int number) {
    Random random = new Random(-1 - number);
    while (true) {
      try {
        Integer item = side.take(timeout(random));
        if (item != null) {
          taken.add(item);
        }
      } catch (InterruptedException withdrawn) {
        // Nothing was taken.
      } catch (QueueClosedException end) {
        return;
      }
    }
  }
}
