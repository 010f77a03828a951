package dev.treadle.internal;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over what has to be taken to know whether there is one, until there is nothing more. As
 * confined as what it takes from.
 */
public abstract class Taking<T> implements Iterator<T> {
  private @Nullable T next;

  /** The next one; null at the end. May wait. */
  protected abstract @Nullable T take();

  /** What there is no more of, as in {@code no more lines: reader=...}. */
  protected abstract String atEnd();

  @Override
  public final boolean hasNext() {
    if (next == null) {
      next = take();
    }
    return next != null;
  }

  @Override
  public final T next() {
    T given = next == null ? take() : next;
    if (given == null) {
      throw new NoSuchElementException(atEnd());
    }
    next = null;
    return given;
  }
}
