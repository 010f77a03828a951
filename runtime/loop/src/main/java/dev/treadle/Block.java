package dev.treadle;

import org.jspecify.annotations.Nullable;

/**
 * A body that runs at once, in the task that hands it over, and gives a value.
 *
 * @param <T> the value's type
 * @param <X> what it may throw; inferred, and nothing checked when the body throws nothing checked
 */
@FunctionalInterface
public interface Block<T extends @Nullable Object, X extends Exception> {
  /**
   * Runs the body.
   *
   * @throws X whatever the body throws
   */
  T run() throws X;
}
