package dev.treadle;

/**
 * Gets the failures nobody else will see: of a task whose outcome was never asked for, of a
 * callback. Each is reported once. asyncio's loop exception handler.
 */
@FunctionalInterface
public interface FailureHandler {
  /**
   * Handles one failure, on the loop's thread, or on the thread it happens on when the loop's is
   * gone or does not come back; must not block. What it throws is logged.
   *
   * @param source what failed, such as {@code task 'fetch'}
   */
  void handle(String source, Throwable failure);
}
