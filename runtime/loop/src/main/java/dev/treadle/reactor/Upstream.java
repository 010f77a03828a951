package dev.treadle.reactor;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.coroutines.internal.Fiber;
import dev.treadle.coroutines.internal.OpenBodies;
import dev.treadle.coroutines.internal.OpenBody;
import dev.treadle.internal.LoopSource;
import dev.treadle.internal.SubscriberContext;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.Fuseable.QueueSubscription;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * The subscription behind a {@link FluxIterator}: whoever emits puts elements into a ring, the task
 * takes them out and asks for more when a quarter of what it asked for is left. A source that is
 * itself a queue that can be polled at any time is polled, without a ring.
 *
 * <p>Signals may come on any thread; the rest is confined to the loop's.
 */
final class Upstream<T> extends OpenBody implements CoreSubscriber<T> {
  @SuppressWarnings("rawtypes") // A class literal has no type arguments.
  private static final AtomicReferenceFieldUpdater<Upstream, @Nullable Subscription> SUBSCRIPTION =
      AtomicReferenceFieldUpdater.newUpdater(Upstream.class, Subscription.class, "subscription");

  final Loop loop;
  private final Publisher<? extends T> source;
  private final int prefetch;
  private final int lowTide;
  private final Context context = SubscriberContext.current();
  private final @Nullable OpenBodies madeIn = OpenBodies.here();
  private @Nullable OpenBodies home;
  private Queue<T> queue;

  /** Whether the queue is the source's own. */
  private boolean fused;

  /** Whether it is a task of the same loop that emits. */
  private boolean local;

  private int taken;
  private boolean begun;
  private boolean ended;

  /** Whether it was ended by the scope it was made in, perhaps with elements still to come. */
  private boolean abandoned;

  /** Set by whichever thread subscribes, perhaps after the task has gone. */
  private volatile @Nullable Subscription subscription;

  /** Written before {@link #done}. */
  private @Nullable Throwable failure;

  private volatile boolean done;
  private volatile boolean closed;

  /** Where the task waits for a signal, while it does. */
  private volatile @Nullable FluxSignal waiting;

  Upstream(Loop loop, Publisher<? extends T> source, int prefetch) {
    this.loop = loop;
    this.source = source;
    this.prefetch = prefetch;
    this.lowTide = prefetch - (prefetch >> 2);
    this.queue = Queues.<T>get(prefetch).get();
  }

  /** The next element, or null at the end; suspends until there is one of the two. */
  @Nullable T next() {
    loop.checkCancelled();
    if (!begun) {
      begin();
    }
    while (!ended) {
      // In this order: what is done has put in all it had before.
      boolean complete = done;
      T element = poll();
      if (element != null) {
        if (!fused && ++taken == lowTide) {
          taken = 0;
          request();
        }
        return element;
      }
      if (complete || fused) {
        end();
      } else {
        await();
      }
    }
    if (abandoned) {
      throw new IllegalStateException(
          "cannot iterate: it was closed with the scope it was made in: source="
              + source
              + "; make it in the scope or task that takes its last element");
    }
    return null;
  }

  private @Nullable T poll() {
    if (!fused) {
      return queue.poll();
    }
    try {
      return queue.poll();
    } catch (Throwable thrown) {
      // The source's own code, in this very task: as it would have come by onError.
      cancel();
      failure = Exceptions.unwrap(thrown);
      return null;
    }
  }

  private void begin() {
    begun = true;
    home = OpenBodies.settle(this, false, Fiber.currentTask(), madeIn);
    source.subscribe(this);
  }

  private void request() {
    Subscription upstream = subscription;
    if (upstream != null && prefetch != Integer.MAX_VALUE) {
      upstream.request(lowTide);
    }
  }

  private void await() {
    FluxSignal other = waiting;
    if (other != null) {
      throw new IllegalStateException(
          "two tasks iterate at once: source="
              + source
              + "; put what both take into an AsyncQueue");
    }
    FluxSignal signal = new FluxSignal(loop, "hasNext", source, local);
    waiting = signal;
    try {
      // Against what was put in before the line above could be seen.
      if (queue.isEmpty() && !done && !closed) {
        signal.await();
      }
    } finally {
      waiting = null;
    }
  }

  /** All there was has been taken. */
  private void end() {
    leave();
    Throwable problem = failure;
    if (problem != null) {
      failure = null;
      // Rethrows it as every await does, with a note of who awaited it.
      Treadle.await(Mono.error(problem));
    }
  }

  private void leave() {
    ended = true;
    if (home != null) {
      home.remove(this);
      home = null;
    }
  }

  /** Cancels the subscription and drops what was fetched; what waits for an element gets none. */
  void close(@Nullable T fetched) {
    begun = true;
    if (ended) {
      return;
    }
    leave();
    closed = true;
    cancel();
    Operators.onDiscard(fetched, context);
    discardAll();
    wake();
  }

  @Override
  protected void closeWithStretch() {
    if (!ended) {
      home = null;
      abandoned = true;
      close(null);
    }
  }

  private void discardAll() {
    if (fused) {
      queue.clear();
    } else {
      Operators.onDiscardQueueWithClear(queue, context, null);
    }
  }

  private void cancel() {
    Operators.terminate(SUBSCRIPTION, this);
  }

  private void wake() {
    FluxSignal signal = waiting;
    if (signal != null) {
      signal.signal();
    }
  }

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  public void onSubscribe(Subscription subscribed) {
    if (!Operators.setOnce(SUBSCRIPTION, this, subscribed)) {
      return;
    }
    if (loop.isLoopThread()) {
      local = LoopSource.isOf(loop, subscribed);
    }
    if (loop.isLoopThread()
        && subscribed instanceof QueueSubscription<?> polled
        && polled.requestFusion(Fuseable.SYNC) == Fuseable.SYNC) {
      @SuppressWarnings("unchecked") // It is the subscription of a publisher of T.
      Queue<T> own = (Queue<T>) polled;
      queue = own;
      fused = true;
    } else {
      subscribed.request(prefetch == Integer.MAX_VALUE ? Long.MAX_VALUE : prefetch);
    }
  }

  @Override
  public void onNext(T element) {
    if (done) {
      Operators.onNextDropped(element, context);
      return;
    }
    if (closed || !queue.offer(element)) {
      refuse(element);
      return;
    }
    if (!loop.isLoopThread()) {
      // What was put in is seen by a task that begins to wait, or its waiting is seen here.
      VarHandle.fullFence();
      if (closed) {
        discardLate();
        return;
      }
    }
    wake();
  }

  private void refuse(T element) {
    Operators.onDiscard(element, context);
    if (!closed) {
      cancel();
      onError(
          Exceptions.failWithOverflow(
              "a publisher gave more than was requested: source="
                  + source
                  + " at most="
                  + prefetch));
    }
  }

  /** It was closed while this was put in: the ring is for the loop's thread to empty. */
  private void discardLate() {
    try {
      loop.execute(this::discardAll);
    } catch (RejectedExecutionException ended) {
      // Then no other thread is at it.
      discardAll();
    }
  }

  @Override
  public void onError(Throwable thrown) {
    if (done || closed) {
      Operators.onErrorDropped(thrown, context);
      return;
    }
    failure = thrown;
    onComplete();
  }

  @Override
  public void onComplete() {
    done = true;
    wake();
  }

  @Override
  public String toString() {
    return source + (ended ? " ended" : begun ? " subscribed" : "");
  }
}
