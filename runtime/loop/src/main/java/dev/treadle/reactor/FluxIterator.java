package dev.treadle.reactor;

import dev.treadle.Loop;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.reactivestreams.Publisher;

/**
 * A publisher as a plain {@code for} loop, made by {@link Reactive#iterate}. It subscribes when the
 * first element is asked for; {@code hasNext} suspends until there is one or the end. It is
 * one-shot: {@link #iterator} returns this iterator.
 *
 * {@snippet :
 * for (String line : iterate(lines)) System.out.println(line);
 * }
 *
 * <p>Java has no hook for a {@code break}. So one that is left early is closed, and its
 * subscription cancelled, with the scope, the group, the generator body or the task it was made in,
 * as a generator is (PEP 533); at once by {@link #close}, also at the end of a {@code try} with it:
 *
 * {@snippet :
 * try (var lines = iterate(flux)) {
 *   for (String line : lines) if (line.isEmpty()) break;
 * }                                                  // upstream is cancelled here
 * }
 *
 * <p>At most as many elements as the prefetch are asked for ahead; more are asked for when three
 * quarters of them are taken. A loop whose elements are all there does not suspend: call {@link
 * dev.treadle.Treadle#yieldNow} in one that is long.
 *
 * <p>Confined to its loop's thread; the publisher may emit on any.
 *
 * @param <T> the elements
 */
public final class FluxIterator<T> implements Iterator<T>, Iterable<T>, AutoCloseable {
  private final Upstream<T> upstream;

  FluxIterator(Loop loop, Publisher<? extends T> source, int prefetch) {
    this.upstream = new Upstream<>(loop, source, prefetch);
  }

  /**
   * Suspends until there is another element, or the end.
   *
   * @return whether there is another element
   * @throws RuntimeException the publisher's failure, after what it emitted before: as itself when
   *     unchecked, as the cause of a {@link java.util.concurrent.CompletionException} when checked
   * @throws dev.treadle.Cancelled if the task's scope is cancelled; no element is lost by that
   * @throws IllegalStateException on another thread, outside a task when it would wait, when
   *     another task waits in it, or when it was closed with the scope it was made in
   */
  @Override
  public boolean hasNext() {
    return upstream.hasNext();
  }

  /**
   * The next element.
   *
   * @throws NoSuchElementException at the end
   */
  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more elements: iterator=" + this + "; ask hasNext()");
    }
    return upstream.take();
  }

  /** This iterator: the publisher is subscribed to once. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /**
   * Cancels the subscription and drops what was fetched; the discard hook of {@link
   * Reactive#context()} gets each element ({@code Operators.enableOnDiscard}). A task that waits
   * for an element sees the end. Waits for nothing; does nothing at the end or the second time. One
   * that never was asked does not subscribe any more.
   *
   * @throws IllegalStateException on another thread
   */
  @Override
  public void close() {
    upstream.confine("close");
    upstream.close();
  }

  @Override
  public String toString() {
    return "FluxIterator[" + upstream + "]";
  }
}
