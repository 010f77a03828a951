package dev.treadle.coroutines.internal;

import org.jspecify.annotations.Nullable;

/**
 * Something that has begun in a stretch of a task and is closed with it: see {@link OpenBodies}.
 */
public abstract class OpenBody {
  /** Neighbours at home. */
  @Nullable OpenBody older;

  @Nullable OpenBody younger;

  /** One that has not begun. */
  protected OpenBody() {}

  /** The stretch that this belongs to has ended; called by the task that ends it. */
  protected abstract void closeWithStretch();
}
