package dev.treadle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The scopes that {@link Treadle} offers as one call. */
final class Timeouts {
  private Timeouts() {}

  static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration timeout, Block<T, X> body) throws X {
    Task<?> task = Task.require("withTimeout()");
    CancelScope scope = new CancelScope(timeout);
    scope.enter(task);
    T value;
    try {
      value = body.run();
      Bodies.close(scope.open);
    } catch (Throwable failure) {
      Bodies.close(scope.open, failure);
      scope.exit(task);
      if (scope.expired()) {
        DeadlineExceededException exceeded = scope.exceeded();
        if (scope.absorbs(failure, task)) {
          exceeded.initCause(failure);
          throw exceeded;
        }
        if (!(failure instanceof Cancelled)) {
          // The body's own failure wins, but its reader should know what set it off.
          failure.addSuppressed(exceeded);
        }
      }
      throw failure;
    }
    scope.exit(task);
    return value;
  }

  static <T extends @Nullable Object, X extends Exception> T shield(Block<T, X> body) throws X {
    Task<?> task = Task.require("shield()");
    CancelScope scope = new CancelScope();
    scope.setShielded(true);
    scope.enter(task);
    T value;
    try {
      value = body.run();
      Bodies.close(scope.open);
    } catch (Throwable failure) {
      Bodies.close(scope.open, failure);
      scope.exit(task);
      throw failure;
    }
    scope.exit(task);
    return value;
  }
}
