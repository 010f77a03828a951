package dev.treadle;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One of the things a {@link Treadle#select} waits for, and what to do when it is the one that
 * happens. Made by {@link Treadle#on}, {@link Treadle#onTimeout} and the awaitable classes, such as
 * {@link dev.treadle.queue.AsyncQueue#onTake}. It waits for nothing until it is given to a select,
 * and may be given to one after the other. Confined to its loop's thread.
 *
 * <p>Whoever builds awaitables on a {@link WaitQueue} makes clauses with {@link WaitQueue#clause}.
 *
 * @param <T> the type of the value it gives
 */
public abstract sealed class Clause<T extends @Nullable Object>
    permits AwaitableClause, QueueClause, TimeoutClause {
  Clause() {}

  /** Throws if it cannot be waited for on this loop. */
  void require(Loop loop) {}

  /** Whether it need not be waited for. */
  abstract boolean isReady();

  /** Makes it happen, where it is ready; the task then runs what this gives. */
  abstract Callable<T> take(Task<?> task);

  /**
   * Waits for it; {@link Selection#happened} is to be called once.
   *
   * @return the wait, or null if that has been called already
   */
  abstract @Nullable Wait link(Selection<T> selection, int index);

  /** What is waited for, as the task dump shows it. */
  abstract String describe();
}
