package dev.treadle.offload;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a map gives.
 *
 * @param <R> the results' type
 */
public interface Results<R extends @Nullable Object> extends Iterable<R>, AutoCloseable {
  /** Once only. Waits for the next: suspends a task, blocks another thread. */
  @Override
  Iterator<R> iterator();

  /** Cancels what is under way. */
  @Override
  void close();
}
