package dev.treadle.offload;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;
import static dev.treadle.Treadle.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.Loop;
import dev.treadle.testing.TreadleTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThreadPoolTest extends AsideContract {
  @Override
  OffloadExecutor open(int parallelism) {
    return new ThreadPool(parallelism);
  }

  @Test
  void shouldUseAsManyThreadsAsItHasAndNoMore() throws Exception {
    try (ThreadPool pool = new ThreadPool("crew", 2)) {
      CyclicBarrier both = new CyclicBarrier(2);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      List<Call<?>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(
            pool.submit(
                () -> {
                  both.await();
                  threads.add(Thread.currentThread());
                }));
      }
      for (Call<?> call : calls) {
        call.get();
      }
      assertThat(threads)
          .hasSize(2)
          .allMatch(Thread::isDaemon)
          .extracting(Thread::getName)
          .containsExactlyInAnyOrder("crew-0", "crew-1");
    }
  }

  @Test
  void shouldEndAThreadThatHasNothingToDo() throws Exception {
    try (ThreadPool pool = new ThreadPool("brief", 1, Duration.ofMillis(1))) {
      Thread thread = pool.submit(Thread::currentThread).get();
      thread.join();
      assertThat(pool.submit(Thread::currentThread).get()).isNotSameAs(thread);
    }
  }

  @Test
  void shouldEndItsThreadsWhenClosed() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    Thread thread = pool.submit(Thread::currentThread).get();
    pool.close();
    thread.join();
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void shouldGiveTheVeryExceptionOfTheStep() {
    try (ThreadPool pool = new ThreadPool(1)) {
      IllegalStateException failure = new IllegalStateException("this one");
      Call<Object> call =
          pool.submit(
              () -> {
                throw failure;
              });
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(call::get)
          .havingCause()
          .isSameAs(failure);
    }
  }

  @Test
  void shouldInterruptTheThreadOfACancelledStep() throws Exception {
    try (ThreadPool pool = new ThreadPool(1)) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Call<@Nullable Void> call =
          pool.submit(
              () -> {
                try {
                  lastForEver();
                } catch (InterruptedException told) {
                  interrupted.complete(true);
                  throw told;
                }
              });
      begun(call);
      call.cancel(true);
      assertThat(interrupted.get()).isTrue();
    }
  }

  @Test
  void shouldNotInterruptTheNextStep() throws Exception {
    try (ThreadPool pool = new ThreadPool(1)) {
      CountDownLatch goOn = new CountDownLatch(1);
      Call<@Nullable Void> stubborn =
          pool.submit(
              () -> {
                Progress.report(1, 1);
                while (goOn.getCount() > 0) {
                  Thread.onSpinWait();
                }
              });
      begun(stubborn);
      stubborn.cancel(true);
      Call<Boolean> next = pool.submit(() -> Thread.currentThread().isInterrupted());
      goOn.countDown();
      assertThat(next.get()).isFalse();
    }
  }

  @Test
  void shouldWaitForAStepThatDoesNotListen() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Call<@Nullable Void> stubborn =
        pool.submit(
            () -> {
              Progress.report(1, 1);
              while (goOn.getCount() > 0) {
                Thread.onSpinWait();
              }
            });
    begun(stubborn);
    stubborn.cancel(true);
    // Done already, and on its thread still: not to be waited for, and nothing to report.
    assertThat(pool.close(Duration.ofMillis(1))).isEmpty();
    FutureTask<@Nullable Void> closing = new FutureTask<>(pool::close, null);
    Thread.ofVirtual().start(closing);
    assertThat(closing.isDone()).isFalse();
    goOn.countDown();
    closing.get();
    assertThat(closing.isDone()).isTrue();
  }

  @Test
  void shouldCancelWhatIsLeftWhenTheClosingThreadIsInterrupted() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    Call<@Nullable Void> call = pool.submit(AsideContract::lastForEver);
    begun(call);
    Thread.currentThread().interrupt();
    pool.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(call.isCancelled()).isTrue();
  }

  @Test
  void shouldRefuseToBeClosedByItsOwnStep() throws Exception {
    try (ThreadPool pool = new ThreadPool(1)) {
      CompletableFuture<ThreadPool> self = new CompletableFuture<>();
      Call<@Nullable Void> call =
          pool.submit(() -> self.get().close(), CallOptions.DEFAULT.named("suicide"));
      self.complete(pool);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(call::get)
          .withMessageContaining(
              "close() of a pool in a step of its own, which would wait for itself: pool=offload"
                  + " call=suicide");
    }
  }

  @TreadleTest
  void shouldRefuseToBeClosedInACallback() {
    ThreadPool pool = new ThreadPool(1);
    CompletableFuture<@Nullable Throwable> thrown = new CompletableFuture<>();
    Loop.current()
        .callSoon(
            () -> {
              try {
                pool.close();
                thrown.complete(null);
              } catch (IllegalStateException refused) {
                thrown.complete(refused);
              }
            });
    assertThat(await(thrown))
        .hasMessageStartingWith("close() of a pool outside a task: pool=offload thread=");
    assertThat(await(pool.submit(() -> square(7)))).isEqualTo(49);
    pool.close();
  }

  @TreadleTest
  void shouldLetALoopGoOnWhileItCloses() {
    ThreadPool pool = new ThreadPool(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Call<@Nullable Void> call = pool.submit(() -> goOn.await());
    spawn("release", goOn::countDown);
    pool.close();
    assertThat(call.isCompletedExceptionally()).isFalse();
    onThread(() -> assertThat(call.isDone()).isTrue());
  }

  @Test
  void shouldRefuseToBeWithoutThreads() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new ThreadPool(0))
        .withMessage("a thread pool needs a thread: threads=0; give a positive number");
  }

  @Test
  void shouldSayWhatItIs() {
    try (ThreadPool pool = new ThreadPool("crew", 3)) {
      assertThat(pool).hasToString("ThreadPool[crew threads=3 calls=0]");
    }
  }
}
