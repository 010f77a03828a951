package dev.treadle.offload;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A step on its way to a thread of a {@link ThreadPool}, and on it. */
final class ThreadCall<T extends @Nullable Object> extends Call<T>
    implements Runnable, Progress.Reporter {
  private final ThreadPool pool;
  private final long number;
  private final @Nullable Duration timeout;

  /** Null when it has begun or will never; guarded by this. */
  private @Nullable Callable<T> step;

  /** The thread while it runs the step and may be interrupted; guarded by this. */
  private @Nullable Thread runner;

  private volatile @Nullable Progress progress;

  ThreadCall(
      ThreadPool pool, String name, long number, Callable<T> step, @Nullable Duration timeout) {
    super(name);
    this.pool = pool;
    this.number = number;
    this.step = step;
    this.timeout = timeout;
  }

  long number() {
    return number;
  }

  boolean isOf(ThreadPool other) {
    return pool == other;
  }

  @Override
  public @Nullable Progress progress() {
    return progress;
  }

  @Override
  public void progressed(Progress now) {
    progress = now;
  }

  @Override
  public void run() {
    Callable<T> begun = begin();
    if (begun != null) {
      CompletableFuture<@Nullable Void> timer = startTimer();
      Progress.Reporter before = Progress.exchange(this);
      T value;
      try {
        value = begun.call();
      } catch (Throwable failure) {
        end(before, timer);
        fail(failure);
        return;
      }
      end(before, timer);
      succeed(value);
    }
    pool.ended(this);
  }

  private synchronized @Nullable Callable<T> begin() {
    Callable<T> begun = step;
    step = null;
    if (begun != null) {
      runner = Thread.currentThread();
    }
    return begun;
  }

  private void end(Progress.@Nullable Reporter before, @Nullable CompletableFuture<?> timer) {
    Progress.exchange(before);
    if (timer != null) {
      timer.cancel(false);
    }
    synchronized (this) {
      runner = null;
      // An interrupt that came too late for this step is not for the next on this thread.
      Thread.interrupted();
    }
    pool.ended(this);
  }

  private @Nullable CompletableFuture<@Nullable Void> startTimer() {
    Duration limit = timeout;
    if (limit == null) {
      return null;
    }
    CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();
    timer.thenRun(() -> expired(limit));
    timer.completeOnTimeout(null, TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
    return timer;
  }

  private void expired(Duration limit) {
    if (fail(new CallTimeoutException(name(), limit))) {
      stop();
    }
  }

  @Override
  synchronized void stop() {
    // What it captured is garbage now, though this waits in line.
    step = null;
    if (runner != null) {
      runner.interrupt();
    }
  }
}
