package dev.treadle.offload;

import dev.treadle.Loop;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A step that was handed to an {@link OffloadExecutor}: Python's {@code concurrent.futures.Future}.
 *
 * <pre>{@code
 * Call<Boolean> call = pool.submit(() -> isPrime(112272535095293L));
 * boolean prime = await(call);                  // in a task: suspends
 * boolean same = call.get();                    // on a thread without a loop: blocks
 * }</pre>
 *
 * <p>Awaiting it in a task ties it to that task: where the task's scope is cancelled, or its time
 * is up, the call is cancelled too. Await {@code call.copy()} where others wait for it as well.
 *
 * <p>It ends once: with a value, with the failure of its step, with what became of its worker
 * ({@link WorkerCrashedException}), with {@link CallTimeoutException}, or cancelled. A failure is
 * the very exception of the step when the step ran in this process; from a worker process it comes
 * with the worker's stack trace. What depends on a call ({@code thenApply} and others) is a plain
 * future; it runs on the thread that completes the call, which may be a loop's and must not be
 * blocked, unless it is {@code Async}. Any thread.
 *
 * @param <T> what it gives
 */
public abstract class Call<T extends @Nullable Object> extends CompletableFuture<T>
    implements ProgressSource {
  private final String name;

  Call(String name) {
    this.name = name;
  }

  /** The name it was given, or that of the step, such as {@code dev.x.Main.isPrime}. Any thread. */
  @Override
  public final String name() {
    return name;
  }

  /**
   * What the step has last said by {@link Progress#report}; null before it has said anything. What
   * a step says while nobody looks is not kept. Any thread.
   */
  @Override
  public abstract @Nullable Progress progress();

  /**
   * Tells each change of {@link #progress()} that is seen: at most ten times a second of real time,
   * and once more after the end. When called on a loop's thread the listener runs as a callback of
   * that loop, else on a thread that all listeners share; it must not block. What it throws ends
   * the listening, and goes to the loop's failure handler, or the thread's. Any thread.
   *
   * @return ends the listening when disposed, from any thread
   */
  public final Disposable onProgress(Consumer<? super Progress> listener) {
    return ProgressTicker.watch(this, Objects.requireNonNull(listener, "listener"));
  }

  /**
   * The value, without waiting. Any thread.
   *
   * @throws IllegalStateException if it is not done
   * @throws CancellationException if it was cancelled
   * @throws RuntimeException the failure: as itself when unchecked, as the cause of a {@link
   *     CompletionException} when checked
   */
  public final T result() {
    return switch (state()) {
      case RUNNING ->
          throw new IllegalStateException(
              "result() of a call that is not done: name=" + name + "; await it first");
      case CANCELLED -> throw cancelled();
      case FAILED -> throw unchecked(exceptionNow());
      case SUCCESS -> resultNow();
    };
  }

  /** The executor ends the step; called once, when the call has become a cancelled one. */
  abstract void stop();

  /** For the executor: false when it was done already. */
  final boolean succeed(T value) {
    return super.complete(value);
  }

  /** For the executor: false when it was done already. */
  final boolean fail(Throwable failure) {
    return super.completeExceptionally(failure);
  }

  /**
   * Makes this a cancelled call unless it is done, and ends the step: one that has not begun never
   * does; the thread of one that runs is interrupted, or its worker process killed and replaced.
   * Does not wait for that. Whoever waits gets a {@link CancellationException} at once. Any thread.
   *
   * @param mayInterruptIfRunning makes no difference: what runs is always ended
   * @return whether it is a cancelled call now
   */
  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    if (super.completeExceptionally(cancelled())) {
      stop();
    }
    return isCancelled();
  }

  /**
   * Waits for the value on a thread without a loop.
   *
   * @throws ExecutionException with the failure as its cause
   * @throws CancellationException if it was cancelled
   * @throws InterruptedException if this thread is interrupted; the call goes on
   * @throws IllegalStateException on a loop's thread, unless it is done
   */
  @Override
  public final T get() throws InterruptedException, ExecutionException {
    requireMayBlock("get()");
    return super.get();
  }

  /**
   * The same, for so long at most.
   *
   * @throws TimeoutException when the time is up; the call goes on
   */
  @Override
  public final T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    requireMayBlock("get()");
    return super.get(timeout, unit);
  }

  /**
   * As {@link #get()}, but a failure is the cause of a {@link CompletionException}, and an
   * interrupt does not end the wait.
   */
  @Override
  public final T join() {
    requireMayBlock("join()");
    return super.join();
  }

  /** Refused: only its executor completes a call. */
  @Override
  public final boolean complete(T value) {
    throw refused("complete()");
  }

  /** Refused: only its executor completes a call. */
  @Override
  public final boolean completeExceptionally(Throwable failure) {
    throw refused("completeExceptionally()");
  }

  /** Refused: only its executor completes a call. */
  @Override
  public final CompletableFuture<T> completeAsync(
      Supplier<? extends T> supplier, Executor executor) {
    throw refused("completeAsync()");
  }

  /** Refused: a limit belongs to the call's options, where it ends the step, too. */
  @Override
  public final CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    throw refused("orTimeout()");
  }

  /** Refused: only its executor completes a call. */
  @Override
  public final CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    throw refused("completeOnTimeout()");
  }

  /** Refused: an outcome stays. */
  @Override
  public final void obtrudeValue(T value) {
    throw refused("obtrudeValue()");
  }

  /** Refused: an outcome stays. */
  @Override
  public final void obtrudeException(Throwable failure) {
    throw refused("obtrudeException()");
  }

  /** What depends on a call is a plain future. */
  @Override
  public final <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  @Override
  public String toString() {
    String state =
        switch (state()) {
          case RUNNING -> "pending";
          case CANCELLED -> "cancelled";
          case FAILED -> "failed";
          case SUCCESS -> "done";
        };
    return "Call[" + name + " " + state + "]";
  }

  static RuntimeException unchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException itself -> itself;
      case Error error -> throw error;
      default -> new CompletionException(failure);
    };
  }

  private CancellationException cancelled() {
    return new CancellationException("call '" + name + "' was cancelled");
  }

  private void requireMayBlock(String operation) {
    if (!isDone() && Loop.isLoopThread(Thread.currentThread())) {
      throw new IllegalStateException(
          operation
              + " of a call would block a loop: name="
              + name
              + " thread="
              + Thread.currentThread().getName()
              + "; use await(call) in a task");
    }
  }

  private UnsupportedOperationException refused(String operation) {
    return new UnsupportedOperationException(
        operation
            + " of a call: name="
            + name
            + "; only its executor ends it: use copy() for a future of your own, cancel(true), or"
            + " CallOptions.timeout(...)");
  }
}
