package dev.treadle.offload.process;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for a future that has no effect when it is cancelled in time: a task suspends, another
 * thread blocks. What comes in the moment of a cancellation or an interrupt is not lost: it is
 * given, and the task or thread learns of the other at its next wait.
 */
final class Waits {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Waits() {}

  /** Whether a loop runs on this thread. A worker without loops does not load what they need. */
  static boolean isOnLoop() {
    return System.getProperty("dev.treadle.loops") != null && OnLoop.isHere();
  }

  /**
   * Throws if the task that runs here is cancelled.
   *
   * @throws Cancelled if it is
   */
  static void checkCancelled() {
    if (isOnLoop()) {
      OnLoop.checkCancelled();
    }
  }

  static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
    if (future.isDone()) {
      return future.join();
    }
    return isOnLoop() ? OnLoop.await(future) : block(future);
  }

  /** The same; null when the time is up. */
  static <T> @Nullable T await(CompletableFuture<T> future, Duration timeout) {
    if (future.isDone()) {
      return future.join();
    }
    return isOnLoop() ? OnLoop.await(future, timeout) : block(future, timeout);
  }

  private static <T extends @Nullable Object> T block(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      return interrupted(future, interrupted);
    } catch (ExecutionException failed) {
      return future.join();
    }
  }

  private static <T> @Nullable T block(CompletableFuture<T> future, Duration timeout) {
    try {
      long nanos = timeout.compareTo(LONGEST) < 0 ? timeout.toNanos() : Long.MAX_VALUE;
      return future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      return future.cancel(false) ? null : future.join();
    } catch (InterruptedException interrupted) {
      return interrupted(future, interrupted);
    } catch (ExecutionException failed) {
      return future.join();
    }
  }

  private static <T extends @Nullable Object> T interrupted(
      CompletableFuture<T> future, InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    if (future.cancel(false)) {
      throw new CompletionException("the wait for " + future + " was interrupted", interrupted);
    }
    return future.join();
  }

  /** What needs a loop; not loaded before there is one. */
  private static final class OnLoop {
    static boolean isHere() {
      return Loop.isLoopThread(Thread.currentThread());
    }

    static void checkCancelled() {
      Loop.current().checkCancelled();
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
      try {
        return Treadle.await(future);
      } catch (Cancelled | CancellationException cancelled) {
        if (future.cancel(false) || future.isCancelled()) {
          throw cancelled;
        }
        return future.join();
      }
    }

    static <T> @Nullable T await(CompletableFuture<T> future, Duration timeout) {
      return Treadle.<T, RuntimeException>moveOnAfter(timeout, () -> await(future)).orElse(null);
    }
  }
}
