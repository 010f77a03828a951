package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop with a thread of its own, and what other threads may do to it, also when it is over. */
@Timeout(60)
class LoopThreadsTest {
  private static final Duration FOREVER = Duration.ofDays(1000);

  @Test
  void shouldRunOnADaemonThreadOfItsNameWhenStarted() {
    Loop loop = Loop.start("weaver");
    try (loop) {
      Thread thread = await(loop.submit(Thread::currentThread));
      assertThat(thread).isSameAs(loop.thread());
      assertThat(thread.getName()).isEqualTo("weaver");
      assertThat(thread.isDaemon()).isTrue();
      assertThat(Loop.isLoopThread(thread)).isTrue();
      assertThat(loop.isLoopThread()).isFalse();
      assertThat(loop.name()).isEqualTo("weaver");
      assertThat(loop).hasToString("Loop[weaver " + Transport.preferred().propertyValue() + "]");
    }
    assertThat(loop.isClosed()).isTrue();
    assertThat(loop.thread().isAlive()).isFalse();
    assertThat(Loop.isLoopThread(loop.thread())).isFalse();
    assertThat(loop).asString().endsWith(" closed]");
  }

  @Test
  void shouldRunCallbacksInOrderWhenExecutedFromAnotherThread() {
    List<Integer> order = new ArrayList<>();
    try (Loop loop = Loop.start("loop")) {
      for (int n = 0; n < 1000; n++) {
        int number = n;
        loop.execute(() -> order.add(number));
      }
      await(loop.submit(() -> null));
    }
    assertThat(order).hasSize(1000).isSorted();
  }

  @Test
  void shouldRefuseWhenClosed() {
    Loop loop = Loop.start("gone");
    loop.close();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> loop.execute(() -> {}))
        .withMessage("execute() refused: loop=gone is closed");
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> loop.submit(() -> null));
    loop.close();
  }

  @Test
  void shouldRefuseWhenTheBorrowedThreadHasLeft() {
    Loop loop = Virtually.loop().name("gone").run(Loop::current);
    assertThat(loop.isClosed()).isTrue();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> loop.execute(() -> {}))
        .withMessage("execute() refused: loop=gone is closed");
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> loop.submit(() -> null));
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.callSoon(() -> {}))
        .withMessage("callSoon() refused: loop=gone is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.callLater(Duration.ofSeconds(1), () -> {}))
        .withMessage("callLater() refused: loop=gone is closed");
    loop.close();
  }

  @Test
  void shouldSpawnInTheNextTurnWhenSubmittedOnItsOwnThread() {
    Virtually.run(
        () -> {
          var task = Loop.current().submit("own", () -> "value");
          assertThat(task.isDone()).isFalse();
          assertThat(await(task)).isEqualTo("value");
          assertThat(task.name()).isEqualTo("own");
        });
  }

  @Test
  void shouldNeverRunTheBodyWhenCancelledRightAfterSubmit() {
    AtomicInteger runs = new AtomicInteger();
    try (Loop loop = Loop.start("loop")) {
      for (int n = 0; n < 200; n++) {
        CountDownLatch busy = new CountDownLatch(1);
        loop.execute(() -> awaitUninterruptibly(busy));
        Task<?> task = loop.submit("late", () -> runs.incrementAndGet());
        task.cancel();
        busy.countDown();
        assertThatExceptionOfType(CancellationException.class)
            .isThrownBy(() -> await(task))
            .withMessage("the computation was cancelled: awaited=task 'late'");
      }
    }
    assertThat(runs).hasValue(0);
  }

  @Test
  void shouldWaitForTheEndWhenABorrowedLoopIsClosedFromAnotherThread() throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    CompletableFuture<Loop> borrowed = new CompletableFuture<>();
    Thread closer =
        new Thread(
            () -> {
              Loop loop = borrowed.join();
              loop.close();
              events.add("close returned, closed=" + loop.isClosed());
            });
    closer.start();
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                Treadle.run(
                    () -> {
                      borrowed.complete(Loop.current());
                      try {
                        await(new Deferred<String>());
                      } finally {
                        events.add("main cleaned up");
                      }
                    }));
    closer.join();
    assertThat(events).containsExactly("main cleaned up", "close returned, closed=true");
  }

  @Test
  void shouldCancelAndAwaitTasksWhenClosedFromAnotherThread() {
    List<String> events = new ArrayList<>();
    Loop loop = Loop.start("loop");
    Task<?> task =
        loop.submit(
            "sleeper",
            () -> {
              try {
                sleep(FOREVER);
              } finally {
                events.add("finally");
              }
            });
    await(loop.submit(() -> null));
    loop.close();
    assertThat(events).containsExactly("finally");
    assertThat(task.isCancelled()).isTrue();
  }

  @Test
  void shouldWaitForTheEndWhenClosedBySeveralThreads() throws InterruptedException {
    Loop loop = Loop.start("loop");
    Task<?> task = loop.submit(null, () -> sleep(FOREVER));
    List<Thread> closers = new ArrayList<>();
    AtomicInteger sawItClosed = new AtomicInteger();
    for (int n = 0; n < 8; n++) {
      closers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    loop.close();
                    if (loop.isClosed() && task.isDone() && !loop.thread().isAlive()) {
                      sawItClosed.incrementAndGet();
                    }
                  }));
    }
    for (Thread closer : closers) {
      closer.join();
    }
    assertThat(sawItClosed).hasValue(8);
  }

  @Test
  void shouldReturnAtOnceWhenClosedOnItsOwnThread() throws InterruptedException {
    Loop loop = Loop.start("loop");
    List<String> events = new ArrayList<>();
    Task<?> closer =
        loop.submit(
            null,
            () -> {
              loop.close();
              events.add("closing, closed=" + loop.isClosed());
            });
    loop.thread().join();
    assertThat(events).containsExactly("closing, closed=false");
    assertThat(closer.isCancelled()).isFalse();
    assertThat(loop.isClosed()).isTrue();
  }

  @Test
  void shouldCancelTheMainTaskWhenABorrowedLoopIsClosed() {
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                Virtually.run(
                    () -> {
                      Loop.current().close();
                      sleep(FOREVER);
                    }))
        .withMessageContaining("awaited=task 'main'");
  }

  @Test
  void shouldStayInterruptedWhenInterruptedWhileClosing() {
    Loop loop = Loop.start("loop");
    Thread.currentThread().interrupt();
    loop.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(loop.isClosed()).isTrue();
  }

  @Test
  void shouldStillTakeOutcomesWhenTheLoopHasClosed() {
    for (boolean borrowed : new boolean[] {true, false}) {
      Loop loop;
      if (borrowed) {
        loop = Virtually.loop().run(Loop::current);
      } else {
        loop = Loop.start("loop");
        loop.close();
      }
      Deferred<String> deferred = new Deferred<>(loop);
      List<Object> told = new ArrayList<>();
      deferred.onDone(told::add);
      CompletableFuture<String> future = deferred.toCompletableFuture();
      assertThat(deferred.complete("value")).isTrue();
      assertThat(told).containsExactly(deferred);
      assertThat(future).isCompletedWithValue("value");
      deferred.onDone(told::add);
      assertThat(told).hasSize(2);
      assertThat(await(deferred)).isEqualTo("value");
    }
  }

  @Test
  void shouldLoseNoWakeUpWhenCompletedAsTheLoopCloses() {
    for (int round = 0; round < 100; round++) {
      Loop loop = Loop.start("closing");
      Deferred<Integer> deferred = new Deferred<>(loop);
      Thread completer = Thread.startVirtualThread(() -> deferred.complete(1));
      Thread closer = Thread.startVirtualThread(loop::close);
      // Would hang where the waiter and the value miss each other.
      assertThat(await(deferred)).isEqualTo(1);
      joinUninterruptibly(completer);
      joinUninterruptibly(closer);
    }
  }

  @Test
  void shouldRunOrRefuseEachWhenHandedOverAsTheLoopCloses() {
    int accepted = 0;
    for (int round = 0; round < 40; round++) {
      Loop loop = Loop.start("closing");
      AtomicInteger ran = new AtomicInteger();
      List<Task<?>> tasks = new ArrayList<>();
      CountDownLatch going = new CountDownLatch(1);
      int handedOver = 0;
      Thread closer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    awaitUninterruptibly(going);
                    loop.close();
                  });
      try {
        while (true) {
          loop.execute(ran::incrementAndGet);
          handedOver++;
          tasks.add(loop.submit(() -> null));
          going.countDown();
        }
      } catch (RejectedExecutionException closed) {
        joinUninterruptibly(closer);
      }
      assertThat(ran).hasValue(handedOver);
      assertThat(tasks).allMatch(Task::isDone);
      accepted += handedOver;
    }
    assertThat(accepted).isPositive();
  }

  @Test
  void shouldSayTheRemedyWhenNoLoopRuns() {
    assertThatIllegalStateException()
        .isThrownBy(() -> spawn(() -> null))
        .withMessage(
            "no loop runs on this thread: thread="
                + Thread.currentThread().getName()
                + "; start one with Treadle.run(...) or use Loop.submit(...)");
    assertThatIllegalStateException()
        .isThrownBy(() -> sleep(FOREVER))
        .withMessage(
            "sleep() outside a task: thread="
                + Thread.currentThread().getName()
                + "; start it with Treadle.run(...)");
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Blocks until the thread is interrupted. */
  static void awaitInterrupt() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException expected) {
      // What it waited for.
    }
  }

  static void joinUninterruptibly(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
