package dev.treadle;

/**
 * A body that gives no value.
 *
 * @param <X> what it may throw; inferred, and nothing checked when the body throws nothing checked
 */
@FunctionalInterface
public interface Action<X extends Exception> {
  /**
   * Runs the body.
   *
   * @throws X whatever the body throws
   */
  void run() throws X;
}
