package dev.treadle.reactor;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.LoopSource;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One subscription of a {@link TaskFlux}. Requests and the cancellation may come from any thread;
 * all signals but {@code onSubscribe} are given on the loop's, those of elements by the task.
 */
final class TaskSubscription<T> implements Subscription, LoopSource, Emitter<T> {
  @SuppressWarnings("rawtypes") // A class literal has no type arguments.
  private static final AtomicLongFieldUpdater<TaskSubscription> REQUESTED =
      AtomicLongFieldUpdater.newUpdater(TaskSubscription.class, "requested");

  private final TaskStart start;
  private final Context context;

  /** Null when it has ended: whoever keeps a subscription should not keep the subscriber. */
  private volatile @Nullable CoreSubscriber<? super T> subscriber;

  private volatile long requested;
  private volatile boolean cancelled;
  private volatile @Nullable Task<?> task;

  /** Where the task waits for a request, while it does. */
  private volatile @Nullable FluxSignal waiting;

  /** Whether all requests so far came from the loop's thread. */
  private volatile boolean local;

  /** Whether a task is in {@link #emit}; confined to the loop's thread. */
  private boolean emitting;

  TaskSubscription(TaskStart start, CoreSubscriber<? super T> subscriber) {
    this.start = start;
    this.subscriber = subscriber;
    this.context = subscriber.currentContext();
    this.local = start.loop.isLoopThread();
  }

  /** Starts the task; after {@code onSubscribe}. */
  void begin(Emitter.Body<? super T> body) {
    if (cancelled) {
      return;
    }
    Task<?> started;
    try {
      started = start.<@Nullable Void>start(context, () -> produce(body));
    } catch (RejectedExecutionException closed) {
      CoreSubscriber<? super T> out = ended();
      if (out != null) {
        out.onError(closed);
      }
      return;
    }
    task = started;
    // Looked at before in another order: see cancel().
    if (cancelled) {
      started.cancel();
    }
    // Not from the body: one that is cancelled before its first turn never runs.
    started.onDone(done -> finish(started));
  }

  @SuppressWarnings("unchecked") // A body that takes an emitter of a supertype emits only T.
  private @Nullable Void produce(Emitter.Body<? super T> body) throws Exception {
    ((Emitter.Body<T>) body).run(this);
    return null;
  }

  private void finish(Task<?> done) {
    CoreSubscriber<? super T> out = ended();
    if (out == null || cancelled) {
      // What failed on the way out is for the failure handler, as of any task.
      return;
    }
    Throwable failure = done.failure();
    if (failure == null) {
      out.onComplete();
    } else {
      out.onError(failure);
    }
  }

  private @Nullable CoreSubscriber<? super T> ended() {
    CoreSubscriber<? super T> last = subscriber;
    subscriber = null;
    return last;
  }

  @Override
  public void emit(T element) {
    Objects.requireNonNull(element, "element");
    confine();
    start.loop.checkCancelled();
    emitting = true;
    try {
      if (requested == 0) {
        awaitRequest();
      }
      CoreSubscriber<? super T> out = subscriber;
      if (out == null || cancelled) {
        Operators.onDiscard(element, context);
        // The cancellation is on its way from another thread: without a turn it never arrives.
        Treadle.yieldNow();
        return;
      }
      Operators.produced(REQUESTED, this, 1);
      out.onNext(element);
    } finally {
      emitting = false;
    }
  }

  private void awaitRequest() {
    FluxSignal signal = new FluxSignal(start.loop, "emit", this, local);
    waiting = signal;
    try {
      // Against a request that came before the line above could be seen.
      if (requested == 0 && !cancelled) {
        signal.await();
      }
    } finally {
      waiting = null;
    }
  }

  private void confine() {
    Loop loop = start.loop;
    if (!loop.isLoopThread()) {
      throw new IllegalStateException(
          "emit() on a wrong thread: thread="
              + Thread.currentThread().getName()
              + " loop="
              + loop.name()
              + "; emit in the body's own task");
    }
    if (emitting) {
      throw new IllegalStateException(
          "emit() by two tasks at once: subscription=" + this + "; hold an AsyncLock around it");
    }
    if (subscriber == null && !cancelled) {
      throw new IllegalStateException(
          "emit() after the end: subscription=" + this + "; emit before the body returns");
    }
  }

  @Override
  public ContextView context() {
    return context;
  }

  @Override
  public void request(long n) {
    if (Operators.validate(n)) {
      if (!start.loop.isLoopThread()) {
        local = false;
      }
      Operators.addCap(REQUESTED, this, n);
      wake();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    subscriber = null;
    Task<?> running = task;
    if (running != null) {
      running.cancel();
    }
    // Where it emits in a shield it does not see the cancellation.
    wake();
  }

  private void wake() {
    FluxSignal signal = waiting;
    if (signal != null) {
      signal.signal();
    }
  }

  @Override
  public Loop loop() {
    return start.loop;
  }

  @Override
  @SuppressWarnings("rawtypes") // As the interface has it.
  public @Nullable Object scanUnsafe(Attr key) {
    if (key == Attr.ACTUAL) {
      return subscriber;
    }
    if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
      return requested;
    }
    if (key == Attr.CANCELLED) {
      return cancelled;
    }
    return key == Attr.RUN_ON ? start.loop.scheduler() : null;
  }

  @Override
  public String toString() {
    return "TaskSubscription[requested=" + requested + (cancelled ? " cancelled]" : "]");
  }
}
