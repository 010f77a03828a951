package dev.treadle;

import dev.treadle.coroutines.internal.OpenBodies;
import org.jspecify.annotations.Nullable;

/** Closes the generators of a scope or task that ends, inside it: they may await to clean up. */
final class Bodies {
  private Bodies() {}

  /** After a body that ended with a value; throws what the generators throw. */
  static void close(@Nullable OpenBodies open) {
    if (open != null) {
      Throwable failure = open.close(null);
      if (failure != null) {
        throw Outcome.unchecked(failure);
      }
    }
  }

  /** After a body that failed: gives its failure, with those of the generators as suppressed. */
  static Throwable close(@Nullable OpenBodies open, Throwable failure) {
    if (open != null) {
      open.close(failure);
    }
    return failure;
  }
}
