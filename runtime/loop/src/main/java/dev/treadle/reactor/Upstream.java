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
import reactor.util.context.Context;

/**
 * The subscription behind a {@link FluxIterator}: whoever emits puts elements in, the task takes
 * them out and asks for more when a quarter of what it asked for is left. A source that is itself a
 * queue that can be polled at any time is polled, without another in between.
 *
 * <p>Signals may come on any thread; the rest is confined to the loop's.
 */
final class Upstream<T> extends OpenBody implements CoreSubscriber<T> {
  @SuppressWarnings("rawtypes") // A class literal has no type arguments.
  private static final AtomicReferenceFieldUpdater<Upstream, @Nullable Subscription> SUBSCRIPTION =
      AtomicReferenceFieldUpdater.newUpdater(Upstream.class, Subscription.class, "subscription");

  private static final int MOST_IN_AN_ARRAY = 128;

  final Loop loop;
  private final Publisher<? extends T> source;
  private final int prefetch;
  private final int lowTide;
  private final Context context = SubscriberContext.current();
  private final @Nullable OpenBodies madeIn = OpenBodies.here();
  private @Nullable OpenBodies home;
  private final Prefetched<T> prefetched;

  /** The source itself, where it is a queue; then nothing arrives. */
  private @Nullable Queue<T> fused;

  /** Whether there is an element to take. */
  private boolean ready;

  /** The element, when it comes from the source's own queue, which cannot be peeked into. */
  private @Nullable T fetched;

  /** Whether it is a task of the same loop that emits. */
  private boolean local;

  private int taken;
  private boolean begun;
  private boolean ended;

  /** Whether it was ended by the scope it was made in, perhaps with elements still to come. */
  private boolean abandoned;

  /** How many elements were asked for; written before each request by who makes it. */
  private long asked;

  /** Set by whichever thread subscribes, perhaps after the task has gone. */
  private volatile @Nullable Subscription subscription;

  /** Written before {@link #done}. */
  private @Nullable Throwable failure;

  private volatile boolean done;
  private volatile boolean closed;

  /** One of the two: what whoever emits looks at. */
  private volatile boolean stopped;

  /** Where the task waits for a signal, while it does. */
  private volatile @Nullable FluxSignal waiting;

  Upstream(Loop loop, Publisher<? extends T> source, int prefetch) {
    this.loop = loop;
    this.source = source;
    this.prefetch = prefetch;
    this.lowTide = prefetch - (prefetch >> 2);
    this.prefetched = new Prefetched<>(loop.thread(), Math.min(prefetch, MOST_IN_AN_ARRAY));
  }

  /** Whether there is another element; suspends until that is known. */
  boolean hasNext() {
    if (ready) {
      return true;
    }
    loop.checkCancelled();
    // It stays where it is until it is taken: a reference less to write, and to tell the collector.
    ready = prefetched.hasNext() || fetch();
    return ready;
  }

  /** The element that {@link #hasNext} has found. */
  T take() {
    ready = false;
    T element = fetched;
    if (element != null) {
      fetched = null;
      return element;
    }
    element = prefetched.take();
    if (++taken == lowTide) {
      taken = 0;
      request();
    }
    return element;
  }

  private boolean fetch() {
    confine("hasNext");
    if (!begun) {
      begin();
    }
    while (!ended) {
      // In this order: what is done has put in all it had before.
      boolean complete = done;
      if (prefetched.hasNext() || poll()) {
        return true;
      }
      if (complete || fused != null) {
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
    return false;
  }

  void confine(String operation) {
    if (!loop.isLoopThread()) {
      throw new IllegalStateException(
          operation
              + "() on a wrong thread: thread="
              + Thread.currentThread().getName()
              + " loop="
              + loop.name()
              + "; iterate in a task of that loop");
    }
  }

  private boolean poll() {
    Queue<T> polled = fused;
    if (polled == null) {
      return false;
    }
    try {
      fetched = polled.poll();
    } catch (Throwable thrown) {
      // The source's own code, in this very task: as it would have come by onError.
      cancel();
      failure = Exceptions.unwrap(thrown);
    }
    if (closed) {
      // An operator of the source awaited, and it was closed meanwhile.
      Operators.onDiscard(fetched, context);
      fetched = null;
    }
    return fetched != null;
  }

  private void begin() {
    begun = true;
    home = OpenBodies.settle(this, false, Fiber.currentTask(), madeIn);
    source.subscribe(this);
  }

  private void request() {
    Subscription upstream = subscription;
    if (upstream != null && prefetch != Integer.MAX_VALUE) {
      asked += lowTide;
      prefetched.open(asked);
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
    // The next element has somebody to wake.
    prefetched.shut();
    waiting = signal;
    try {
      // Against what was put in before the line above could be seen.
      if (!prefetched.hasNext() && !done && !closed) {
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
  void close() {
    begun = true;
    ready = false;
    if (ended) {
      return;
    }
    leave();
    closed = true;
    stopped = true;
    prefetched.shut();
    cancel();
    Operators.onDiscard(fetched, context);
    fetched = null;
    discardAll();
    wake();
  }

  @Override
  protected void closeWithStretch() {
    if (!ended) {
      home = null;
      abandoned = true;
      close();
    }
  }

  private void discardAll() {
    if (fused != null) {
      fused.clear();
    }
    while (prefetched.hasNext()) {
      Operators.onDiscard(prefetched.take(), context);
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
      fused = own;
    } else {
      asked = prefetch == Integer.MAX_VALUE ? Long.MAX_VALUE : prefetch;
      subscribed.request(asked);
    }
  }

  @Override
  public void onNext(T element) {
    if (!prefetched.offer(element)) {
      arrived(element);
    }
  }

  /** The same for an element that somebody may wait for, or nobody wants. */
  private void arrived(T element) {
    if (stopped || prefetched.given() == asked) {
      refuse(element);
      return;
    }
    prefetched.put(element);
    if (loop.isLoopThread()) {
      // Who waits is woken below, once for all that come in this turn.
      prefetched.open(asked);
    } else {
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
    if (done && !closed) {
      Operators.onNextDropped(element, context);
      return;
    }
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

  /** It was closed while this was put in: it is for the loop's thread to take out again. */
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
    stopped = true;
    if (loop.isLoopThread()) {
      prefetched.shut();
    }
    wake();
  }

  @Override
  public String toString() {
    return source + (ended ? " ended" : begun ? " subscribed" : "");
  }
}
