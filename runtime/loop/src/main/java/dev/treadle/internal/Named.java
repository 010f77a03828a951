package dev.treadle.internal;

/**
 * A task's body that knows what its task is called, where that is put together from parts: for what
 * starts a task for each request, of which hardly a name is ever read.
 */
public interface Named {
  /** The name, for dumps and failures; also when the task has ended. Any thread. */
  String taskName();
}
