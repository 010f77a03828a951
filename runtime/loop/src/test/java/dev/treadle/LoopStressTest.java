package dev.treadle;

import static dev.treadle.Treadle.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many threads against one loop; nothing is lost and nothing happens twice. {@code mvn verify -pl
 * runtime/loop -am -Dextra.flags=-Dtreadle.stress=20} does twenty times as much, which is millions.
 */
@Timeout(600)
class LoopStressTest {
  private static final int SCALE = Integer.getInteger("treadle.stress", 1);
  private static final int THREADS = 4;
  private static final int EACH = 25_000 * SCALE;

  /** The loop's inlet, as the harness below sees it, so that a broken one can take its place. */
  private interface Inlet extends AutoCloseable {
    void submit(Runnable body);

    /** Ends it; after that each body has run or was refused. */
    @Override
    void close();
  }

  @Test
  void shouldRunEachOnceWhenSubmittedByManyThreads() throws InterruptedException {
    Loop loop = Loop.start("stressed");
    checkInlet(
        new Inlet() {
          @Override
          public void submit(Runnable body) {
            loop.submit(
                () -> {
                  body.run();
                  return null;
                });
          }

          @Override
          public void close() {
            await(loop.submit(() -> null));
            loop.close();
          }
        });
  }

  @Test
  void shouldCatchALostSubmissionWhenTheInletIsBroken() {
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> checkInlet(new RacyInlet()));
  }

  /** The harness: counts how often each body runs. */
  private static void checkInlet(Inlet inlet) throws InterruptedException {
    // Written by the one thread that runs the bodies, read after the close.
    int[] runs = new int[THREADS * EACH];
    onThreads(
        thread -> {
          for (int n = 0; n < EACH; n++) {
            int index = thread * EACH + n;
            inlet.submit(() -> runs[index]++);
          }
        });
    inlet.close();
    assertThat(runs).containsOnly(1);
  }

  /** A deferred, as the harness below sees it. */
  private interface Cell {
    /** On the loop, in a task. */
    int waitFor();

    /** On any thread. */
    boolean complete(int value);
  }

  @Test
  void shouldWakeEachWaiterWhenDeferredsAreCompletedByManyThreads() throws InterruptedException {
    assertThat(countWakeUps(THREADS * EACH, RealCell::new)).isEqualTo(THREADS * EACH);
  }

  @Test
  void shouldCatchALostWakeUpWhenTheDeferredIsBroken() throws InterruptedException {
    assertThat(countWakeUps(5_000, RacyCell::new)).isLessThan(5_000);
  }

  /** The harness: tasks that wait while other threads complete what they wait for. */
  private static int countWakeUps(int total, Supplier<Cell> cells) throws InterruptedException {
    Loop loop = Loop.start("stressed");
    Queue<Cell> awaited = new ConcurrentLinkedQueue<>();
    // Touched by the loop's thread alone until it is closed.
    int[] wokenAndSum = new int[2];
    CountDownLatch allBegun = new CountDownLatch(total);
    Task<?> maker =
        loop.submit(
            null,
            () -> {
              for (int n = 0; n < total; n++) {
                Treadle.spawn(
                    () -> {
                      Cell cell = cells.get();
                      awaited.add(cell);
                      allBegun.countDown();
                      int value = cell.waitFor();
                      wokenAndSum[1] += value;
                      wokenAndSum[0]++;
                    });
                if (n % 64 == 0) {
                  Treadle.yieldNow();
                }
              }
            });
    onThreads(
        thread -> {
          while (true) {
            boolean last = allBegun.getCount() == 0;
            Cell cell = awaited.poll();
            if (cell != null) {
              boolean first = cell.complete(1);
              // Of two outcomes only the first counts.
              if (!first || cell.complete(2)) {
                throw new AssertionError("completed twice");
              }
            } else if (last) {
              return;
            } else {
              Thread.yield();
            }
          }
        });
    await(maker);
    // What the threads made ready runs before what is handed over after them.
    await(loop.submit(() -> null));
    await(loop.submit(() -> null));
    loop.close();
    assertThat(wokenAndSum[1]).isEqualTo(wokenAndSum[0]);
    return wokenAndSum[0];
  }

  @Test
  void shouldEndEachOnceWhenTasksAreCancelledByManyThreads() throws InterruptedException {
    Loop loop = Loop.start("stressed");
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger unwound = new AtomicInteger();
    Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
    onThreads(
        thread -> {
          List<Task<?>> mine = new ArrayList<>();
          for (int n = 0; n < EACH; n++) {
            Task<?> task =
                loop.submit(
                    () -> {
                      begun.incrementAndGet();
                      try {
                        return await(new Deferred<Integer>());
                      } finally {
                        unwound.incrementAndGet();
                      }
                    });
            mine.add(task);
            if (n % 3 == 0) {
              Thread.onSpinWait();
            }
            task.cancel();
            task.cancel();
          }
          tasks.addAll(mine);
        });
    for (Task<?> task : tasks) {
      // Blocks until the task has ended; one that missed its cancellation would hang here.
      assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> await(task));
    }
    loop.close();
    assertThat(tasks).hasSize(THREADS * EACH).allMatch(Task::isCancelled);
    assertThat(unwound).hasValue(begun.get());
  }

  @Test
  void shouldRunOrRefuseEachWhenTheLoopClosesMeanwhile() throws InterruptedException {
    for (int round = 0; round < 3; round++) {
      Loop loop = Loop.start("closing");
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger ran = new AtomicInteger();
      Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
      CountDownLatch going = new CountDownLatch(THREADS * 100);
      Thread closer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    LoopThreadsTest.awaitUninterruptibly(going);
                    loop.close();
                  });
      onThreads(
          thread -> {
            try {
              while (true) {
                loop.execute(ran::incrementAndGet);
                accepted.incrementAndGet();
                tasks.add(loop.submit(() -> 1));
                going.countDown();
              }
            } catch (RejectedExecutionException closed) {
              // What this round is about.
            }
          });
      closer.join();
      assertThat(ran).hasValue(accepted.get());
      assertThat(tasks).allMatch(Task::isDone);
    }
  }

  private interface Body {
    void run(int thread);
  }

  private static void onThreads(Body body) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int n = 0; n < THREADS; n++) {
      int number = n;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      start.await();
                      body.run(number);
                    } catch (Exception | Error e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  private static final class RealCell implements Cell {
    private final Deferred<Integer> deferred = new Deferred<>();

    @Override
    public int waitFor() {
      return await(deferred);
    }

    @Override
    public boolean complete(int value) {
      return deferred.complete(value);
    }
  }

  /**
   * Broken twin of the deferred: looks for a value, then waits; a value in between wakes nobody.
   */
  private static final class RacyCell implements Cell {
    private final AtomicInteger value = new AtomicInteger();
    private volatile @Nullable Deferred<Integer> waiter;

    @Override
    public int waitFor() {
      if (value.get() != 0) {
        return value.get();
      }
      // Makes the gap wide enough for every machine.
      for (int n = 0; n < 100; n++) {
        Thread.onSpinWait();
      }
      Deferred<Integer> deferred = new Deferred<>();
      waiter = deferred;
      return await(deferred);
    }

    @Override
    public boolean complete(int given) {
      if (!value.compareAndSet(0, given)) {
        return false;
      }
      Deferred<Integer> waiting = waiter;
      if (waiting != null) {
        waiting.complete(given);
      }
      return true;
    }
  }

  /** Broken twin of the loop's inlet: between the look at the head and its change, others come. */
  private static final class RacyInlet implements Inlet {
    private volatile @Nullable Node head;
    private int last;

    @Override
    public void submit(Runnable body) {
      Node node = new Node(body, head);
      if (++last % 16 == 0) {
        // Makes the gap wide enough for every machine.
        Thread.yield();
      }
      head = node;
    }

    @Override
    public void close() {
      for (Node node = head; node != null; node = node.next) {
        node.body.run();
      }
    }

    private record Node(Runnable body, @Nullable Node next) {}
  }
}
