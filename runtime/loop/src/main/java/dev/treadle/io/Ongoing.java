package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Treadle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something that another thread is about to bring. It stays here until somebody takes it: a wait
 * that is cancelled leaves it alone, and the next one, of another loop even, finds it. Any thread.
 */
final class Ongoing<T extends @Nullable Object> {
  private final String what;

  /** Of tasks that wait; each waits for a future of its own, which it may cancel. */
  private final List<CompletableFuture<@Nullable Void>> waiting = new ArrayList<>();

  private boolean done;
  private @Nullable T value;
  private @Nullable Throwable failure;

  /**
   * Something nobody brings yet.
   *
   * @param what for dumps, what a task waits for
   */
  Ongoing(String what) {
    this.what = what;
  }

  /** Has the lane run the operation. */
  static <T extends @Nullable Object> Ongoing<T> on(
      BlockingLane lane, String what, Callable<T> operation) {
    Ongoing<T> ongoing = new Ongoing<>(what);
    lane.execute(() -> ongoing.run(operation));
    return ongoing;
  }

  private void run(Callable<T> operation) {
    try {
      complete(operation.call());
    } catch (Throwable thrown) {
      end(null, thrown);
    }
  }

  void complete(T brought) {
    end(brought, null);
  }

  /** What is brought after this is dropped. */
  void fail(Throwable why) {
    end(null, why);
  }

  private void end(@Nullable T brought, @Nullable Throwable thrown) {
    List<CompletableFuture<@Nullable Void>> told;
    synchronized (this) {
      if (done) {
        return;
      }
      done = true;
      value = brought;
      failure = thrown;
      told = List.copyOf(waiting);
      waiting.clear();
    }
    told.forEach(waiter -> waiter.complete(null));
  }

  synchronized boolean isDone() {
    return done;
  }

  /**
   * Suspends until it is there.
   *
   * @throws IOException if it has failed with that
   * @throws Cancelled if the task's scope is cancelled
   */
  T await() throws IOException {
    CompletableFuture<@Nullable Void> waiter = new Waiter(what);
    if (begin(waiter)) {
      try {
        Treadle.await(waiter);
      } finally {
        leave(waiter);
      }
    }
    return get();
  }

  private synchronized boolean begin(CompletableFuture<@Nullable Void> waiter) {
    return !done && waiting.add(waiter);
  }

  private synchronized void leave(CompletableFuture<@Nullable Void> waiter) {
    waiting.remove(waiter);
  }

  // Null only where T admits it: done, and not failed.
  @SuppressWarnings("NullAway")
  private synchronized T get() throws IOException {
    switch (failure) {
      case null -> {
        return value;
      }
      case IOException io -> throw io;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> throw new IOException(failure);
    }
  }

  /** A future, because it comes from outside: the clock and the deadlock's finder then know. */
  private static final class Waiter extends CompletableFuture<@Nullable Void> {
    private final String what;

    Waiter(String what) {
      this.what = what;
    }

    @Override
    public String toString() {
      return what;
    }
  }
}
