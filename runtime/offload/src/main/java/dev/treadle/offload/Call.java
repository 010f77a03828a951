package dev.treadle.offload;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A step that was handed to an executor: {@code concurrent.futures.Future}.
 *
 * @param <T> what it gives
 */
public abstract class Call<T extends @Nullable Object> extends CompletableFuture<T> {
  private final String name;

  Call(String name) {
    this.name = name;
  }

  /** The name it was given, or that of the step. Any thread. */
  public final String name() {
    return name;
  }

  /** What the step has last said of its progress; null before it has. Any thread. */
  public abstract @Nullable Progress progress();

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

  /** Cancels it; what runs is ended. Any thread. */
  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled =
        super.completeExceptionally(new CancellationException("call '" + name + "' was cancelled"));
    if (cancelled) {
      stop();
    }
    return isCancelled();
  }

  /** Only its executor completes a call. */
  @Override
  public final boolean complete(T value) {
    throw new UnsupportedOperationException(
        "complete() of a call: name=" + name + "; only its executor does that");
  }

  /** Only its executor completes a call. */
  @Override
  public final boolean completeExceptionally(Throwable failure) {
    throw new UnsupportedOperationException(
        "completeExceptionally() of a call: name=" + name + "; only its executor does that");
  }

  /** What depends on a call is a plain future. */
  @Override
  public final <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
