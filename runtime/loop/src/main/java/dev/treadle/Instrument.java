package dev.treadle;

import dev.treadle.coroutines.PinnedException;

/**
 * Sees what the loop does, as it does it: trio's {@code Instrument}. Every method is called on the
 * loop's thread and must neither block nor throw; what it throws is reported to the {@link
 * FailureHandler} and the instrument is removed.
 */
public interface Instrument {
  /** A turn begins. */
  default void turnStarted() {}

  /** A turn has ended, having run that many tasks and callbacks. */
  default void turnEnded(int steps) {}

  /** A task has been spawned. */
  default void taskSpawned(Task<?> task) {}

  /**
   * A task starts or continues. Steps never nest: a task that {@linkplain TaskGroup#spawnEager
   * starts another eagerly} ends its step for the other's, and has a new one after it.
   */
  default void stepStarted(Task<?> task) {}

  /** A task is about to suspend; its body's stack is still there. */
  default void suspending(Task<?> task) {}

  /** A task has suspended or ended, or another starts eagerly inside it. */
  default void stepEnded(Task<?> task) {}

  /** A task has ended. */
  default void taskEnded(Task<?> task) {}

  /** A task could not suspend; it gets the exception next, and may swallow it. */
  default void pinned(Task<?> task, PinnedException exception) {}
}
