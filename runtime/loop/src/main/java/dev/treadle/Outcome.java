package dev.treadle;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/** How a computation ended: with a value, a failure, or cancelled. Immutable but for one flag. */
final class Outcome<T extends @Nullable Object> {
  private static final Outcome<?> CANCELLED = new Outcome<@Nullable Object>(null, null);
  private static final Outcome<?> NULL = new Outcome<@Nullable Object>(null, null);

  private final @Nullable T value;
  private final @Nullable Throwable failure;

  /**
   * Whether the failure already says who awaited it. A race between loops costs a second note at
   * worst.
   */
  private boolean traced;

  private Outcome(@Nullable T value, @Nullable Throwable failure) {
    this.value = value;
    this.failure = failure;
  }

  @SuppressWarnings("unchecked")
  static <T extends @Nullable Object> Outcome<T> value(@Nullable T value) {
    return value == null ? (Outcome<T>) NULL : new Outcome<>(value, null);
  }

  static <T extends @Nullable Object> Outcome<T> failure(Throwable failure) {
    return new Outcome<>(null, failure);
  }

  @SuppressWarnings("unchecked")
  static <T extends @Nullable Object> Outcome<T> cancelled() {
    return (Outcome<T>) CANCELLED;
  }

  boolean isCancelled() {
    return this == CANCELLED;
  }

  boolean isValue() {
    return failure == null && this != CANCELLED;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** The value, or throws as {@link Awaitable#result()} says. */
  T get(Object source) {
    if (failure != null) {
      throw unchecked(failure);
    }
    if (this == CANCELLED) {
      throw new CancellationException(
          "the awaited computation was cancelled: awaited=" + Awaitable.describe(source));
    }
    return value();
  }

  /** The same for a task that awaited it; the failure remembers, once, from where. */
  T get(Object source, Task<?> awaiter) {
    if (isUntraced()) {
      AwaitedFrom.note(untraced(), source, awaiter);
    }
    return get(source);
  }

  /** Whether this is a failure that does not say yet who awaited it. */
  boolean isUntraced() {
    return failure != null && !traced;
  }

  /** The failure of one that {@link #isUntraced()}, to be given its note now. */
  Throwable untraced() {
    if (failure == null) {
      throw new AssertionError("not a failure: value=" + value);
    }
    traced = true;
    return failure;
  }

  void completeInto(Object source, CompletableFuture<T> future) {
    if (failure != null) {
      future.completeExceptionally(failure);
    } else if (this == CANCELLED) {
      future.completeExceptionally(cancellation(source));
    } else {
      future.complete(value());
    }
  }

  void completeInto(Object source, MonoSink<@NonNull T> sink) {
    if (failure != null) {
      sink.error(failure);
    } else if (this == CANCELLED) {
      sink.error(cancellation(source));
    } else {
      sink.success(value);
    }
  }

  private static CancellationException cancellation(Object source) {
    return new CancellationException(
        "the computation was cancelled: awaited=" + Awaitable.describe(source));
  }

  /** The failure as await rethrows it: as itself when unchecked, wrapped once when checked. */
  static RuntimeException unchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new CompletionException(failure);
    };
  }

  /** The value of an outcome that {@link #isValue}. */
  // A T that excludes null never got here as null: only a body that returned it did.
  @SuppressWarnings("NullAway")
  T value() {
    return value;
  }
}
