package dev.treadle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A value that will be there once: a {@link Task} or a {@link Deferred}. Wait for it with {@link
 * Treadle#await(Awaitable)}.
 *
 * @param <T> the value's type
 */
public abstract sealed class Awaitable<T extends @Nullable Object> permits Task, Deferred {
  private static final VarHandle OUTCOME;

  static {
    try {
      OUTCOME = MethodHandles.lookup().findVarHandle(Awaitable.class, "outcome", Outcome.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Null until done; written once, read by any thread through {@link #OUTCOME}. */
  private @Nullable Outcome<T> outcome;

  /** The callbacks and tasks to be told; confined to the loop's thread, null when there is none. */
  private @Nullable WaitQueue<Outcome<T>> waiters;

  Awaitable() {}

  /** The loop it belongs to. Any thread. */
  public abstract Loop loop();

  /** What an error message or a dump calls this, such as {@code task 'fetch'}. */
  abstract String describe();

  static String describe(Object source) {
    return source instanceof Awaitable<?> awaitable ? awaitable.describe() : source.toString();
  }

  /** Called when somebody asks for the outcome; after that its failure is theirs to handle. */
  void observed() {}

  /** Whether there is an outcome: a value, a failure or a cancellation. Any thread. */
  public final boolean isDone() {
    return outcome() != null;
  }

  /** Whether the outcome is a cancellation. Any thread. */
  public final boolean isCancelled() {
    Outcome<T> outcome = outcome();
    return outcome != null && outcome.isCancelled();
  }

  /**
   * The failure, or null if there is none (yet), or the outcome is a value. A cancellation shows as
   * {@link CancellationException}. Any thread.
   */
  public final @Nullable Throwable failure() {
    Outcome<T> outcome = outcome();
    if (outcome == null || outcome.isValue()) {
      return null;
    }
    observed();
    return outcome.isCancelled()
        ? new CancellationException(describe() + " was cancelled")
        : outcome.failure();
  }

  /**
   * The value, without waiting. Any thread.
   *
   * @throws IllegalStateException if there is no outcome yet
   * @throws CancellationException if the outcome is a cancellation
   * @throws RuntimeException the failure: as itself when unchecked, as the cause of a {@link
   *     java.util.concurrent.CompletionException} when checked
   */
  public final T result() {
    Outcome<T> outcome = outcome();
    if (outcome == null) {
      throw new IllegalStateException(
          "result() of something not done: awaitable=" + describe() + "; await it first");
    }
    observed();
    return outcome.get(this);
  }

  /**
   * Calls back once with this, as a callback of the loop in the turn after the outcome is there.
   * Any thread; the callback must not block. If the loop is closed, the callback runs at once on
   * the calling thread.
   *
   * @return takes the callback out again when disposed, from any thread; on the loop's thread it is
   *     certain not to run after that
   */
  public final Disposable onDone(Consumer<? super Awaitable<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    return DoneCallback.addForNextTurn(this, outcome -> callback.accept(this));
  }

  /**
   * A future that gets the outcome. Cancelling it has no effect on this. Any thread; its dependents
   * run on the loop's thread unless they are {@code Async}.
   */
  public final CompletableFuture<T> toCompletableFuture() {
    CompletableFuture<T> future = new CompletableFuture<>();
    observed();
    loop().inlet.runAlways(() -> whenDone(outcome -> outcome.completeInto(this, future)));
    return future;
  }

  /**
   * A mono that gives each subscriber the outcome: the value, or nothing if that is null; the
   * failure itself; {@link CancellationException} for a cancellation. Cancelling a subscription has
   * no effect on a deferred; of a task, see {@link Task#toMono}. Any thread; signals come on the
   * loop's thread, or on the subscriber's when the loop is closed.
   */
  public Mono<@NonNull T> toMono() {
    return Mono.create(
        sink -> {
          observed();
          DoneCallback<T> callback =
              DoneCallback.add(this, outcome -> outcome.completeInto(this, sink));
          sink.onCancel(
              () -> {
                callback.dispose();
                unsubscribed();
              });
        });
  }

  /** A subscription of {@link #toMono} was cancelled. Any thread. */
  void unsubscribed() {}

  final @Nullable Outcome<T> outcome() {
    @SuppressWarnings("unchecked")
    Outcome<T> current = (Outcome<T>) OUTCOME.getAcquire(this);
    return current;
  }

  /**
   * Any thread. Whoever wins must see to it that {@link #tellWaiters} runs on the loop's thread.
   */
  final boolean tryComplete(Outcome<T> result) {
    return OUTCOME.compareAndSet(this, null, result);
  }

  /** Wakes everything that waited; on the loop's thread, after the outcome is set. */
  final void tellWaiters() {
    WaitQueue<Outcome<T>> telling = waiters;
    Outcome<T> outcome = outcome();
    if (telling == null || outcome == null) {
      return;
    }
    waiters = null;
    telling.wakeAll(outcome);
  }

  /** Suspends the task until there is an outcome; on the loop's thread. */
  final Outcome<T> park(Task<?> task) {
    Outcome<T> outcome = outcome();
    if (outcome != null) {
      return outcome;
    }
    return waiters().park(task, "await", this, null);
  }

  /**
   * On the loop's thread: calls back at once if done, else when done, from {@link #tellWaiters}.
   *
   * @return what to give to {@link #forget}, or null if it was done
   */
  final @Nullable Wait whenDone(Consumer<Outcome<T>> callback) {
    Outcome<T> outcome = outcome();
    if (outcome != null) {
      callback.accept(outcome);
      return null;
    }
    return waiters().addCallback(callback, null);
  }

  /** On the loop's thread: makes sure that this does not hold the callback any more. */
  final void forget(@Nullable Wait callback) {
    // Once done, it is or will be told, and held no longer.
    if (callback != null && !isDone()) {
      callback.abandon();
    }
  }

  /** Whether a task or a callback waits; on the loop's thread. */
  final boolean isAwaited() {
    return waiters != null && !waiters.isEmpty();
  }

  /** How many wait, callbacks included; on the loop's thread. */
  final int waiterCount() {
    return waiters == null ? 0 : waiters.size();
  }

  /** The task that has awaited this for longest, or null. Any thread, for a look. */
  final @Nullable Task<?> firstAwaiter() {
    WaitQueue<Outcome<T>> queue = waiters;
    return queue == null ? null : queue.firstTask();
  }

  /** See {@link WaitQueue#nameWaiters}; on the loop's thread. */
  final void nameWaiters(int most, List<String> into) {
    if (waiters != null) {
      waiters.nameWaiters(most, into);
    }
  }

  /** Gives the tasks of this loop that wait, in order; on the loop's thread. */
  final void forEachWaitingTask(Consumer<Task<?>> each) {
    if (waiters != null) {
      waiters.forEachTask(each);
    }
  }

  private WaitQueue<Outcome<T>> waiters() {
    WaitQueue<Outcome<T>> queue = waiters;
    if (queue == null) {
      // When its loop is closed this may be the thread of another.
      queue = new WaitQueue<>(loop());
      waiters = queue;
    }
    return queue;
  }
}
