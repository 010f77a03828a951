package dev.treadle;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Many elements, each handled by a task of its own, a limited number at a time. Made by {@link
 * Treadle#concurrently}.
 *
 * <pre>{@code
 * List<Page> pages = concurrently(8, uris).map(uri -> fetch(uri));
 * Page hit = concurrently(8, uris).unordered().stream(uri -> fetch(uri), found -> {
 *   for (Page page : found) if (page.matches()) return page;    // the other fetches are cancelled
 *   return null;
 * });
 * }</pre>
 *
 * <p>The source is lazy and may be endless, may await, and may give nulls: an element is taken only
 * when there is a task to be had for it. It is stepped in the calling task, by {@code stream} in a
 * task beside it, so that results come out while the source is waited for. An iterator of it that
 * is {@link AutoCloseable}, as a generator is, is closed in the calling task when all tasks have
 * ended, however the call ends.
 *
 * <p>All tasks end before the call does. The first failure, of the source or a handler, cancels the
 * rest, and the call throws a {@link TaskGroupException}; so does a handler's task that was
 * cancelled by itself, with a {@link java.util.concurrent.CancellationException}. The methods with
 * {@code Results} collect the handlers' failures instead, except a {@link VirtualMachineError}.
 * Cancelling the caller cancels all, and the call throws {@link Cancelled}.
 *
 * <p>Immutable; may be used several times if the source can be iterated several times. Confined to
 * its loop's thread.
 *
 * @param <T> the elements
 */
public final class Concurrently<T extends @Nullable Object> {
  private final int limit;
  private final Iterable<? extends T> source;
  private final boolean ordered;

  Concurrently(int limit, Iterable<? extends T> source, boolean ordered) {
    if (limit <= 0) {
      throw new IllegalArgumentException(
          "concurrently() needs a positive limit: limit=" + limit + "; give how many run at once");
    }
    this.limit = limit;
    this.source = Objects.requireNonNull(source, "source");
    this.ordered = ordered;
  }

  /** The same with values in the order in which they are there, not in that of the source. */
  public Concurrently<T> unordered() {
    return new Concurrently<>(limit, source, false);
  }

  /**
   * Handles every element and gives the values.
   *
   * @throws TaskGroupException if one fails
   * @throws Cancelled if the caller's scope is cancelled
   */
  public <R extends @Nullable Object> List<R> map(Handler<? super T, ? extends R> handler) {
    return this.<R>plain(handler).map();
  }

  /**
   * Handles every element and gives a value or a failure for each.
   *
   * @throws TaskGroupException if the source fails
   * @throws Cancelled if the caller's scope is cancelled
   */
  public <R extends @Nullable Object> List<Result<R>> mapResults(
      Handler<? super T, ? extends R> handler) {
    return this.<R>collecting(handler).map();
  }

  /**
   * Handles every element.
   *
   * @throws TaskGroupException if one fails
   * @throws Cancelled if the caller's scope is cancelled
   */
  public void forEach(Receiver<? super T> receiver) {
    this.<@Nullable Void>plain(handler(receiver)).forEach();
  }

  /**
   * Handles every element and tells for each how it ended.
   *
   * @throws TaskGroupException if the source fails
   * @throws Cancelled if the caller's scope is cancelled
   */
  public List<Result<@Nullable Void>> forEachResults(Receiver<? super T> receiver) {
    return this.<@Nullable Void>collecting(handler(receiver)).map();
  }

  /**
   * Handles elements while the body, in the calling task, iterates over their values. A value that
   * is not there yet suspends the body; no element is taken while as many as the limit are under
   * way or wait for the body. When the body ends, what is under way is cancelled and awaited, and
   * the values it has not taken are dropped. In order, a slow element holds up those behind it.
   *
   * @param body gets an iteration that can be made once and ends with the body
   * @return the body's value
   * @throws TaskGroupException if an element, the source or the body fails
   * @throws Cancelled if the caller's scope is cancelled
   */
  public <R extends @Nullable Object, V extends @Nullable Object> V stream(
      Handler<? super T, ? extends R> handler, Handler<Iterable<R>, V> body) {
    return this.<R>plain(handler).stream(Objects.requireNonNull(body, "body"));
  }

  /** The same for a body without a value. */
  @SuppressWarnings("overloads") // A body in braces says which it is.
  public <R extends @Nullable Object> void stream(
      Handler<? super T, ? extends R> handler, Receiver<Iterable<R>> body) {
    this.<R>plain(handler).stream(handler(body));
  }

  /** The same with a value or a failure for each element; see {@link #mapResults}. */
  public <R extends @Nullable Object, V extends @Nullable Object> V streamResults(
      Handler<? super T, ? extends R> handler, Handler<Iterable<Result<R>>, V> body) {
    return this.<R>collecting(handler).stream(Objects.requireNonNull(body, "body"));
  }

  /** The same for a body without a value. */
  @SuppressWarnings("overloads") // As above.
  public <R extends @Nullable Object> void streamResults(
      Handler<? super T, ? extends R> handler, Receiver<Iterable<Result<R>>> body) {
    this.<R>collecting(handler).stream(handler(body));
  }

  private <R extends @Nullable Object> FanOut<T, R> plain(Handler<? super T, ? extends R> handler) {
    Objects.requireNonNull(handler, "handler");
    return new FanOut<>(limit, source, ordered, handler, null);
  }

  private <R extends @Nullable Object> FanOut<T, Result<R>> collecting(
      Handler<? super T, ? extends R> handler) {
    Objects.requireNonNull(handler, "handler");
    return new FanOut<>(
        limit,
        source,
        ordered,
        element -> Collecting.<R>body(() -> handler.handle(element)).call(),
        task -> new Result.Failure<>(Collecting.cancelled(task)));
  }

  static <V extends @Nullable Object> Handler<V, @Nullable Void> handler(
      Receiver<? super V> receiver) {
    Objects.requireNonNull(receiver, "receiver");
    return value -> {
      receiver.receive(value);
      return null;
    };
  }
}
