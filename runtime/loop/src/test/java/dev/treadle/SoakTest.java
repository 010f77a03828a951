package dev.treadle;

import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.withTimeout;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.coroutines.Generator;
import dev.treadle.queue.AsyncQueue;
import dev.treadle.sync.AsyncLock;
import dev.treadle.sync.AsyncSemaphore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tasks that do at random whatever tasks do, round after round on one loop, against a model: no
 * item lost or seen twice, no lock held by two, no permit too many, no task, timer or hold left
 * over, and a heap that stays as it was. {@code mvn verify -pl runtime/loop -am
 * -Dextra.flags=-Dtreadle.soak=3600} soaks for an hour; {@code -Dtreadle.soak.seed} replays.
 */
@Timeout(8000)
class SoakTest {
  private static final System.Logger LOG = System.getLogger(SoakTest.class.getName());
  private static final long SECONDS = Long.getLong("treadle.soak", 3);
  private static final long SEED = Long.getLong("treadle.soak.seed", 42);
  private static final int TASKS = 40;
  private static final int STEPS = 25;
  private static final int PERMITS = 3;
  private static final long SLACK = 4 << 20;

  @Test
  void shouldLoseNothingAndStayFlat() {
    Soak soak = new Soak(SEED, false);
    List<Long> heap = new ArrayList<>();
    long start = System.nanoTime();
    long length = Duration.ofSeconds(SECONDS).toNanos();
    Virtually.loop()
        .deadlockAfter(Duration.ofSeconds(30))
        .onFailure((source, failure) -> soak.reported.add(source + ": " + failure))
        .run(
            () -> {
              for (int sample = 1; sample <= 12; sample++) {
                do {
                  soak.round();
                } while (System.nanoTime() - start < length * sample / 12);
                heap.add(usedHeap());
              }
            });
    LOG.log(
        System.Logger.Level.INFO,
        "seconds=%d rounds=%d taken=%d cancelled=%d heap=%s"
            .formatted(SECONDS, soak.rounds, soak.taken, soak.cancelled, heap));
    assertThat(soak.reported).isEmpty();
    // The first third warms up: classes, caches, compiled frames.
    assertThat(least(heap.subList(8, 12)))
        .as("heap after %s rounds, seed=%s: %s", soak.rounds, SEED, heap)
        .isLessThan(least(heap.subList(4, 8)) + SLACK);
    assertThat(soak.taken).as("items taken").isPositive();
    assertThat(soak.cancelled).as("steps cancelled").isPositive();
  }

  /** The broken twin: with a lock that lets everybody in, the model must object. */
  @Test
  void shouldObjectWhenTheLockIsBroken() {
    Soak soak = new Soak(SEED, true);
    assertThatExceptionOfType(TaskGroupException.class)
        .isThrownBy(
            () ->
                Virtually.run(
                    () -> {
                      for (int round = 0; round < 100; round++) {
                        soak.round();
                      }
                    }))
        .satisfies(
            e -> assertThat(e.leaves()).anySatisfy(f -> assertThat(f).hasMessage("held by two")));
  }

  private static long least(List<Long> samples) {
    return samples.stream().mapToLong(Long::longValue).min().orElseThrow();
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The tasks of a round, what they share, and what the model knows of it. */
  private static final class Soak {
    final List<String> reported = new ArrayList<>();
    final boolean broken;
    final Random random;
    long rounds;
    long taken;
    long cancelled;

    private long nextItem;
    private final Set<Long> inQueue = new HashSet<>();
    private final Set<Long> undelivered = new HashSet<>();
    private @Nullable Task<?> holder;
    private int permitsOut;
    private int generatorsOpen;

    Soak(long seed, boolean broken) {
      this.random = new Random(seed);
      this.broken = broken;
    }

    void round() {
      rounds++;
      AsyncQueue<Long> queue = AsyncQueue.bounded(1 + random.nextInt(4));
      queue.onUndelivered(undelivered::add);
      AsyncLock lock = new AsyncLock();
      AsyncSemaphore semaphore = new AsyncSemaphore(PERMITS);
      group(
          g -> {
            List<Task<?>> tasks = new ArrayList<>();
            for (int n = 0; n < TASKS; n++) {
              tasks.add(g.spawn(() -> live(g, tasks, queue, lock, semaphore)));
            }
            // In the end whoever still waits for an item that nobody will put is sent home.
            sleep(Duration.ofHours(1));
            g.cancel();
          });
      for (Long item = queue.poll(); item != null; item = queue.poll()) {
        took(item);
      }
      assertThat(inQueue).as("items lost, seed=%s round=%s", SEED, rounds).isEmpty();
      assertThat(lock.isLocked()).as("lock still held").isFalse();
      assertThat(holder).isNull();
      assertThat(semaphore.availablePermits()).isEqualTo(PERMITS);
      assertThat(permitsOut).isZero();
      assertThat(generatorsOpen).as("generators left open").isZero();
      assertThat(Loop.current().tasks()).containsExactly(Treadle.currentTask());
      assertThat(Loop.current().timers.size()).isZero();
      undelivered.clear();
    }

    private void live(
        TaskGroup group,
        List<Task<?>> tasks,
        AsyncQueue<Long> queue,
        AsyncLock lock,
        AsyncSemaphore semaphore) {
      for (int step = 0; step < STEPS; step++) {
        try {
          moveOnAfter(
              Duration.ofMillis(1 + random.nextInt(50)), () -> step(queue, lock, semaphore));
          if (random.nextInt(200) == 0) {
            tasks.get(random.nextInt(tasks.size())).cancel();
          }
          if (random.nextInt(100) == 0) {
            tasks.add(group.spawn(() -> moveOnAfter(Duration.ofMillis(5), () -> put(queue))));
          }
        } catch (DeadlineExceededException inner) {
          cancelled++;
        }
      }
    }

    private void step(AsyncQueue<Long> queue, AsyncLock lock, AsyncSemaphore semaphore) {
      switch (random.nextInt(9)) {
        case 0, 1 -> put(queue);
        case 2 -> took(queue.take());
        case 3 -> withTimeout(Duration.ofMillis(random.nextInt(20)), () -> took(queue.take()));
        case 4 -> locked(lock);
        case 5 -> permitted(semaphore);
        case 6 -> sleep(Duration.ofMillis(random.nextInt(60)));
        case 7 ->
            group(
                g -> {
                  g.spawn(() -> locked(lock));
                  g.spawn(() -> permitted(semaphore));
                  yieldNow();
                  if (random.nextBoolean()) {
                    g.cancel();
                  }
                });
        default -> {
          for (int tick : ticks()) {
            if (tick == 2) {
              break;
            }
          }
        }
      }
    }

    private void put(AsyncQueue<Long> queue) {
      long item = nextItem++;
      inQueue.add(item);
      try {
        queue.put(item);
      } catch (Cancelled e) {
        cancelled++;
        assertThat(undelivered.remove(item)).as("hook called for item %s", item).isTrue();
        assertThat(inQueue.remove(item)).as("cancelled put of an item taken").isTrue();
        throw e;
      }
    }

    private void took(long item) {
      taken++;
      assertThat(inQueue.remove(item)).as("item %s taken once", item).isTrue();
    }

    private void locked(AsyncLock lock) {
      if (!broken) {
        lock.acquire();
      }
      try {
        if (holder != null) {
          throw new AssertionError("held by two");
        }
        holder = Treadle.currentTask();
        if (random.nextBoolean()) {
          yieldNow();
        } else {
          shield(() -> sleep(Duration.ofMillis(1)));
        }
      } finally {
        holder = null;
        if (!broken) {
          lock.release();
        }
      }
    }

    private void permitted(AsyncSemaphore semaphore) {
      semaphore.acquire();
      permitsOut++;
      try {
        assertThat(permitsOut).isLessThanOrEqualTo(PERMITS);
        sleep(Duration.ofMillis(random.nextInt(5)));
      } finally {
        permitsOut--;
        semaphore.release();
      }
    }

    private Generator<Integer> ticks() {
      return Generator.of(
          y -> {
            generatorsOpen++;
            try {
              for (int i = 1; ; i++) {
                sleep(Duration.ofMillis(1));
                y.yield(i);
              }
            } finally {
              generatorsOpen--;
            }
          });
    }
  }
}
