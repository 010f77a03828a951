package dev.treadle.sync;

import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static dev.treadle.Virtually.turns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.CancelScope;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Virtually;
import dev.treadle.WaitQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random tasks and cancellations against a model of a few lines: who has a permit is decided at
 * each acquire, release and cancellation, and must be what the tasks then find. A condition must
 * leave no task waiting for what is there. A twin with the mistakes that asyncio's once had shows
 * that either test can fail.
 */
class SyncModelTest {
  private static final int SEEDS = 300;
  private static final int TASKS = 6;
  private static final int ROUNDS = 12;

  @Test
  void shouldGrantAsTheModelSays() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      assertThat(permits(seed, 3, Real::semaphore)).as("semaphore, seed=%s", seed).isEmpty();
      assertThat(permits(seed, 1, permits -> Real.lock())).as("lock, seed=%s", seed).isEmpty();
    }
  }

  @Test
  void shouldFindATwinThatWakesWithoutHandingOver() {
    assertThat(permits(1, 3, Barging::new)).isNotEmpty();
    assertThat(permits(1, 1, Barging::new)).isNotEmpty();
  }

  @Test
  void shouldLoseNoSignal() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      assertThat(stranded(seed, true)).as("seed=%s", seed).isZero();
    }
  }

  @Test
  void shouldFindATwinThatDoesNotPassSignalsOn() {
    int stranded = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      stranded += stranded(seed, false);
    }
    assertThat(stranded).isPositive();
  }

  private interface Permits {
    void acquire();

    boolean tryAcquire();

    void release();
  }

  private interface Maker {
    Permits of(int permits);
  }

  private record Real(Runnable take, java.util.function.BooleanSupplier tryTake, Runnable give)
      implements Permits {
    static Permits semaphore(int permits) {
      AsyncSemaphore semaphore = AsyncSemaphore.bounded(permits);
      return new Real(semaphore::acquire, semaphore::tryAcquire, semaphore::release);
    }

    static Permits lock() {
      AsyncLock lock = new AsyncLock();
      return new Real(lock::acquire, lock::tryAcquire, lock::release);
    }

    @Override
    public void acquire() {
      take.run();
    }

    @Override
    public boolean tryAcquire() {
      return tryTake.getAsBoolean();
    }

    @Override
    public void release() {
      give.run();
    }
  }

  /** Wakes a waiter and lets it look for itself. */
  private static final class Barging implements Permits {
    private final WaitQueue<Boolean> waiters = new WaitQueue<>();
    private int permits;

    Barging(int permits) {
      this.permits = permits;
    }

    @Override
    public void acquire() {
      Loop.current().checkCancelled();
      while (permits == 0) {
        waiters.park("acquire", this, null);
      }
      permits--;
    }

    @Override
    public boolean tryAcquire() {
      return permits > 0 && permits-- > 0;
    }

    @Override
    public void release() {
      permits++;
      waiters.wake(true);
    }
  }

  /** What the real one must do: tickets instead of tasks. */
  private static final class Model {
    final ArrayDeque<Object> waiting = new ArrayDeque<>();
    final Set<Object> granted = new HashSet<>();
    int free;

    boolean tryAcquire(Object ticket) {
      return free > 0 && free-- > 0 && granted.add(ticket);
    }

    void acquire(Object ticket) {
      if (!tryAcquire(ticket)) {
        waiting.add(ticket);
      }
    }

    void release(Object ticket) {
      granted.remove(ticket);
      Object next = waiting.poll();
      if (next == null) {
        free++;
      } else {
        granted.add(next);
      }
    }
  }

  /** One task's present attempt. */
  private static final class Attempt {
    final CancelScope scope = new CancelScope();
  }

  private static List<String> permits(long seed, int count, Maker maker) {
    List<String> wrong = new ArrayList<>();
    Virtually.run(
        () -> {
          Random random = new Random(seed);
          Permits real = maker.of(count);
          Model model = new Model();
          model.free = count;
          @Nullable Attempt[] attempts = new Attempt[TASKS];
          List<Task<?>> tasks = new ArrayList<>();
          for (int t = 0; t < TASKS; t++) {
            int number = t;
            tasks.add(
                spawn(
                    () -> {
                      for (int round = 0; round < ROUNDS; round++) {
                        Attempt attempt = new Attempt();
                        attempts[number] = attempt;
                        attempt(random, real, model, attempt, wrong);
                        attempts[number] = null;
                        turns(random.nextInt(3));
                      }
                    }));
          }
          while (!tasks.stream().allMatch(Task::isDone) && wrong.isEmpty()) {
            Attempt victim = attempts[random.nextInt(TASKS)];
            if (victim != null && random.nextInt(4) == 0) {
              victim.scope.cancel();
              model.waiting.remove(victim);
            }
            yieldNow();
          }
          if (wrong.isEmpty()) {
            assertThat(model.free).isEqualTo(count);
          }
        });
    return wrong;
  }

  private static void attempt(
      Random random, Permits real, Model model, Attempt attempt, List<String> wrong) {
    boolean[] got = new boolean[1];
    attempt.scope.run(
        () -> {
          if (random.nextInt(5) == 0) {
            got[0] = real.tryAcquire();
            if (got[0] != model.tryAcquire(attempt)) {
              wrong.add("tryAcquire: real=" + got[0]);
            }
          } else {
            model.acquire(attempt);
            real.acquire();
            got[0] = true;
          }
        });
    if (got[0] != model.granted.contains(attempt)) {
      wrong.add("acquire: real=" + got[0]);
    }
    if (got[0]) {
      shield(() -> turns(random.nextInt(3)));
      model.release(attempt);
      real.release();
    }
  }

  /** How many tasks still wait at the end though there is something for them. */
  private static int stranded(long seed, boolean passOn) {
    int[] stranded = new int[1];
    Virtually.run(
        () -> {
          Random random = new Random(seed);
          AsyncLock lock = new AsyncLock();
          AsyncCondition condition = new AsyncCondition(lock);
          WaitQueue<Boolean> twin = new WaitQueue<>();
          int[] stock = new int[1];
          List<Task<?>> consumers = new ArrayList<>();
          for (int t = 0; t < TASKS; t++) {
            consumers.add(
                spawn(
                    () ->
                        lock.run(
                            () -> {
                              while (stock[0] == 0) {
                                if (passOn) {
                                  condition.await();
                                } else {
                                  awaitCarelessly(lock, twin);
                                }
                              }
                              stock[0]--;
                            })));
          }
          turns(2);
          for (int n = 0; n < TASKS / 2; n++) {
            shield(
                () ->
                    lock.run(
                        () -> {
                          stock[0]++;
                          condition.signal();
                          twin.wake(true);
                          turns(random.nextInt(3));
                        }));
            turns(random.nextInt(2));
            if (random.nextBoolean()) {
              consumers.get(random.nextInt(TASKS)).cancel();
            }
          }
          turns(50);
          assertThat(lock.isLocked()).isFalse();
          int waiting = condition.statistics().waiters() + twin.size();
          stranded[0] = Math.min(stock[0], waiting);
        });
    return stranded[0];
  }

  private static void awaitCarelessly(AsyncLock lock, WaitQueue<Boolean> waiters) {
    lock.release();
    try {
      waiters.park("await", lock, null);
    } finally {
      shield(() -> lock.acquire());
    }
    Loop.current().checkCancelled();
  }
}
