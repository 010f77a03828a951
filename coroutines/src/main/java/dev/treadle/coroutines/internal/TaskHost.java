package dev.treadle.coroutines.internal;

import org.jspecify.annotations.Nullable;

/** What a generator may know of the task that steps it, without knowing the event loop. */
public interface TaskHost {
  /**
   * The innermost cancel scope or group the task is in now. A generator that yields while this
   * differs from what it was at the start of the step would leave the scope open (PEP 789).
   */
  @Nullable Object innermostScope();

  /** What is open in the innermost scope the task is in now. On its thread. */
  OpenBodies scopeBodies();

  /** What is open in the task as a whole. On its thread. */
  OpenBodies taskBodies();

  /** The task, as an error message names it, such as {@code task 'fetch-1'}. */
  String describe();
}
