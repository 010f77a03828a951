package dev.treadle.http;

import dev.treadle.Loop;
import dev.treadle.WaitQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * What arrives, for one task to read. A few elements are asked for ahead; more is not read from the
 * connection until those are taken.
 *
 * <p>Not a {@link dev.treadle.reactor.FluxIterator}, which it resembles: that one is closed with
 * the scope it was made in, and a body or a WebSocket lasts as long as its connection, whichever
 * scope the first read was in. Besides, each piece taken lets one more be read and not three later
 * on, and a WebSocket must know whether anybody waits for its next message.
 *
 * @param <S> what the publisher gives, and releases when it has been kept
 * @param <T> what the task takes
 */
abstract class Inbox<S, T> implements Iterable<T>, Iterator<T>, CoreSubscriber<S> {
  /** How many are under way or wait to be taken; each is a read of a socket, 64 KiB at most. */
  private static final int AHEAD = 4;

  private final Publisher<? extends S> source;
  private final String owner;
  private final Loop loop = Loop.current();
  private final ArrayDeque<T> arrived = new ArrayDeque<>(AHEAD);
  private final WaitQueue<Boolean> reader = new WaitQueue<>();
  private @Nullable Subscription subscription;
  private @Nullable Throwable failure;
  private boolean subscribed;
  private boolean ended;
  private boolean sawEnd;

  /** The owner is what messages and dumps call it. */
  Inbox(Publisher<? extends S> source, String owner) {
    this.source = source;
    this.owner = owner;
  }

  /** What of it outlives the signal; null: nothing. */
  abstract @Nullable T keep(S element);

  /** Whether that is a way to end, and no failure. */
  boolean isEnd(Throwable cause) {
    return false;
  }

  /** Why what ends regularly is not whole, if it is not. */
  @Nullable Throwable cutOff() {
    return null;
  }

  /** Whether a task waits for the next, or has seen the end. */
  final boolean isWatched() {
    return sawEnd || !reader.isEmpty();
  }

  @Override
  public final Iterator<T> iterator() {
    return this;
  }

  @Override
  public final boolean hasNext() {
    loop.checkCancelled();
    if (!subscribed) {
      subscribed = true;
      source.subscribe(this);
    }
    while (arrived.isEmpty() && !ended) {
      if (!reader.isEmpty()) {
        throw new IllegalStateException(
            "two tasks read: source=" + owner + "; let one read and pass on what it reads");
      }
      reader.park("read", this, null);
    }
    if (arrived.isEmpty() && failure != null) {
      throw lost(failure);
    }
    sawEnd = arrived.isEmpty();
    return !sawEnd;
  }

  @Override
  public final T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the end has been reached: source=" + owner);
    }
    T element = arrived.removeFirst();
    if (subscription != null && !ended) {
      subscription.request(1);
    }
    return element;
  }

  /** Stops it: the rest is not wanted, and never seen. */
  final void cancel() {
    subscribed = true;
    ended = true;
    arrived.clear();
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private UncheckedIOException lost(Throwable cause) {
    IOException checked =
        cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
    return new UncheckedIOException(
        "not received: source=" + owner + " cause=" + cause.getMessage(), checked);
  }

  @Override
  public final void onSubscribe(Subscription subscribedTo) {
    subscription = subscribedTo;
    subscribedTo.request(AHEAD);
  }

  @Override
  public final void onNext(S element) {
    if (ended) {
      return;
    }
    T kept = keep(element);
    if (ended) {
      return;
    }
    if (kept != null) {
      arrived.add(kept);
      reader.wake(true);
    } else if (subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public final void onError(Throwable cause) {
    failure = isEnd(cause) ? null : cause;
    onComplete();
  }

  @Override
  public final void onComplete() {
    if (failure == null) {
      failure = cutOff();
    }
    ended = true;
    sawEnd = reader.wake(true);
  }

  @Override
  public String toString() {
    return owner;
  }
}
