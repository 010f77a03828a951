package dev.treadle;

import dev.treadle.coroutines.internal.TaskHost;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What runs on a task's fiber; the task as its generators see it. */
final class TaskBody<T extends @Nullable Object> implements Runnable, TaskHost {
  final Task<T> task;

  /** Run first, where there is one; kept apart to spare each task a wrapper and a frame. */
  private final @Nullable Action<? extends Exception> action;

  private final Callable<T> value;

  TaskBody(Task<T> task, @Nullable Action<? extends Exception> action, Callable<T> value) {
    this.task = task;
    this.action = action;
    this.value = value;
  }

  @Override
  public void run() {
    Outcome<T> outcome;
    try {
      if (action != null) {
        action.run();
      }
      outcome = Outcome.value(value.call());
    } catch (Throwable failure) {
      outcome = task.outcomeOf(failure);
    }
    task.ended(outcome);
  }

  @Override
  public @Nullable Object innermostScope() {
    return task.scope;
  }

  @Override
  public String describe() {
    return task.describe();
  }
}
