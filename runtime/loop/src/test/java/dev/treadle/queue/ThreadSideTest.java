package dev.treadle.queue;

import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.treadle.Loop;
import dev.treadle.Virtually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadSideTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(5);

  private static <T> Started<T> thread(Callable<T> body) {
    FutureTask<T> future = new FutureTask<>(body);
    Thread thread = new Thread(future, "foreign");
    thread.start();
    return new Started<>(thread, future);
  }

  private record Started<T>(Thread thread, FutureTask<T> future) {
    T join() throws Exception {
      return onThread(() -> future.get());
    }
  }

  private static void untilPutters(AsyncQueue<?> queue, int putters) {
    while (!queue.toString().contains("putters=" + putters)) {
      yieldNow();
    }
  }

  private static void untilTakers(AsyncQueue<?> queue, int takers) {
    while (!queue.toString().contains("takers=" + takers)) {
      yieldNow();
    }
  }

  @Test
  void shouldBringItemsInOrderWhenAThreadPuts() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(2);
          List<Integer> taken = new ArrayList<>();
          try (ThreadSide<Integer> side = queue.forThreads()) {
            var producer =
                thread(
                    () -> {
                      for (int n = 0; n < 100; n++) {
                        side.put(n);
                      }
                      side.closeQueue();
                      return true;
                    });
            queue.forEach(taken::add);
            producer.join();
          }
          assertThat(taken).hasSize(100).isSorted();
        });
  }

  @Test
  void shouldGiveItemsInOrderWhenAThreadTakes() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(2);
          try (ThreadSide<Integer> side = queue.forThreads()) {
            var consumer =
                thread(
                    () -> {
                      List<Integer> taken = new ArrayList<>();
                      try {
                        while (true) {
                          taken.add(side.take());
                        }
                      } catch (QueueClosedException end) {
                        return taken;
                      }
                    });
            for (int n = 0; n < 100; n++) {
              queue.put(n);
            }
            queue.close();
            assertThat(consumer.join()).hasSize(100).isSorted();
          }
        });
  }

  @Test
  void shouldNotWaitWhenOfferedAndPolled() {
    Virtually.run(
        () -> {
          AsyncQueue<Integer> queue = AsyncQueue.bounded(1);
          try (ThreadSide<Integer> side = queue.forThreads()) {
            onThread(
                () -> {
                  assertThat(side.poll()).isNull();
                  assertThat(side.poll(SHORT)).isNull();
                  assertThat(side.offer(1)).isTrue();
                  assertThat(side.offer(2)).isFalse();
                  assertThat(side.offer(2, SHORT)).isFalse();
                  assertThat(side.poll(LONG)).isEqualTo(1);
                  assertThat(side.offer(3, LONG)).isTrue();
                  assertThat(side.poll()).isEqualTo(3);
                  assertThat(side.poll(Duration.ZERO)).isNull();
                });
            assertThat(queue).hasToString("AsyncQueue[0/1 putters=0 takers=0]");
          }
        });
  }

  @Test
  void shouldWaitInLineWithTasksWhenFull() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.bounded(1);
          queue.put("first");
          try (ThreadSide<String> side = queue.forThreads()) {
            spawn(() -> queue.put("task"));
            yieldNow();
            var producer = thread(() -> side.offer("thread", LONG));
            untilPutters(queue, 2);
            assertThat(Loop.current().dump())
                .contains("offer from thread foreign")
                .contains("put AsyncQueue[1/1 putters=2 takers=0]");
            spawn(() -> queue.put("last"));
            untilPutters(queue, 3);
            List<String> taken = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
              taken.add(queue.take());
            }
            assertThat(taken).containsExactly("first", "task", "thread", "last");
            assertThat(producer.join()).isTrue();
          }
        });
  }

  @Test
  void shouldWithdrawThePutWhenInterrupted() {
    Virtually.run(
        () -> {
          List<String> undelivered = new ArrayList<>();
          AsyncQueue<String> queue = AsyncQueue.<String>bounded(1).onUndelivered(undelivered::add);
          queue.put("first");
          try (ThreadSide<String> side = queue.forThreads()) {
            var producer =
                thread(
                    () ->
                        catchThrowable(
                            () -> {
                              side.put("withdrawn");
                            }));
            untilPutters(queue, 1);
            producer.thread().interrupt();
            assertThat(producer.join()).isInstanceOf(InterruptedException.class);
            assertThat(queue).hasToString("AsyncQueue[1/1 putters=0 takers=0]");
          }
          // It is the caller's.
          assertThat(undelivered).isEmpty();
        });
  }

  @Test
  void shouldWithdrawTheTakeWhenInterrupted() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          try (ThreadSide<String> side = queue.forThreads()) {
            var consumer = thread(() -> catchThrowable(side::take));
            untilTakers(queue, 1);
            consumer.thread().interrupt();
            assertThat(consumer.join()).isInstanceOf(InterruptedException.class);
            queue.put("kept");
            assertThat(queue.take()).isEqualTo("kept");
          }
        });
  }

  @Test
  void shouldKeepTheItemAndTheInterruptWhenItCameTooLate() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          try (ThreadSide<String> side = queue.forThreads()) {
            AtomicBoolean pending = new AtomicBoolean();
            var consumer =
                thread(
                    () -> {
                      String item = side.take();
                      pending.set(Thread.interrupted());
                      return item;
                    });
            untilTakers(queue, 1);
            // The task has the item before the thread's cancellation can reach the loop.
            queue.put("taken");
            consumer.thread().interrupt();
            assertThat(consumer.join()).isEqualTo("taken");
            assertThat(pending).isTrue();
          }
        });
  }

  @Test
  void shouldThrowToTheThreadWhenTheQueueCloses() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.bounded(1);
          try (ThreadSide<String> side = queue.forThreads()) {
            queue.put("first");
            var producer = thread(() -> catchThrowable(() -> side.put("refused")));
            untilPutters(queue, 1);
            queue.close();
            assertThat(producer.join())
                .isInstanceOf(QueueClosedException.class)
                .hasMessageStartingWith("put() refused: queue=AsyncQueue[1/1 closed");
            onThread(
                () -> {
                  assertThat(side.offer("refused, too")).isFalse();
                  assertThat(side.take()).isEqualTo("first");
                  assertThatExceptionOfType(QueueClosedException.class).isThrownBy(side::take);
                  assertThatExceptionOfType(QueueClosedException.class)
                      .isThrownBy(() -> side.poll(LONG));
                });
          }
        });
  }

  @Test
  void shouldThrowToTheThreadWhenTheSideCloses() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          ThreadSide<String> side = queue.forThreads();
          var consumer = thread(() -> catchThrowable(side::take));
          untilTakers(queue, 1);
          assertThat(side).hasToString("ThreadSide[calls=1]");
          side.close();
          side.close();
          assertThat(consumer.join())
              .isInstanceOf(QueueClosedException.class)
              .hasMessageContaining("take() refused: side=ThreadSide[closed calls=")
              .hasMessageEndingWith(" is closed; end the thread that uses it");
          onThread(
              () ->
                  assertThatExceptionOfType(QueueClosedException.class)
                      .isThrownBy(() -> side.put("late")));
          assertThat(side).hasToString("ThreadSide[closed calls=0]");
          assertThat(queue).hasToString("AsyncQueue[0 putters=0 takers=0]");
        });
  }

  @Test
  void shouldThrowToTheThreadWhenTheLoopCloses() throws Exception {
    Loop loop = Loop.start("short-lived");
    AsyncQueue<String> queue =
        loop.submit(() -> AsyncQueue.<String>unbounded()).toCompletableFuture().get();
    ThreadSide<String> side = loop.submit(queue::forThreads).toCompletableFuture().get();
    var consumer = thread(() -> catchThrowable(side::take));
    loop.submit("watch", () -> untilTakers(queue, 1)).toCompletableFuture().get();
    loop.close();
    assertThat(consumer.future().get())
        .isInstanceOf(QueueClosedException.class)
        .hasMessageStartingWith("take() refused:");
    assertThatExceptionOfType(QueueClosedException.class)
        .isThrownBy(() -> side.put("late"))
        .withMessage("put() refused: loop=short-lived is closed; end the thread that uses it");
    side.close();
  }

  @Test
  void shouldRefuseALoopsThread() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          try (ThreadSide<String> side = queue.forThreads()) {
            assertThatIllegalStateException()
                .isThrownBy(side::take)
                .withMessageStartingWith("take() would block a loop: thread=");
          }
          onThread(() -> assertThatIllegalStateException().isThrownBy(queue::forThreads));
        });
  }

  @Test
  void shouldHoldTheVirtualClockUntilClosed() {
    Virtually.run(
        () -> {
          AsyncQueue<String> queue = AsyncQueue.unbounded();
          ThreadSide<String> side = queue.forThreads();
          var sleeper = spawn(() -> sleep(LONG));
          Loop loop = Loop.current();
          var producer =
              thread(
                  () -> {
                    // After each of these turns the loop has nothing to do but wait or jump.
                    for (int turn = 0; turn < 100; turn++) {
                      CountDownLatch over = new CountDownLatch(1);
                      loop.execute(over::countDown);
                      over.await();
                    }
                    side.put("while the clock stood still");
                    return Loop.isLoopThread(Thread.currentThread());
                  });
          assertThat(queue.take()).isEqualTo("while the clock stood still");
          assertThat(Loop.current().time()).isLessThan(LONG);
          assertThat(producer.join()).isFalse();
          side.close();
          dev.treadle.Treadle.await(sleeper);
          assertThat(Loop.current().time()).isEqualTo(LONG);
        });
  }
}
