package dev.treadle;

import dev.treadle.coroutines.internal.OpenBodies;
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
      T result = value.call();
      Bodies.close(rest());
      outcome = Outcome.value(result);
    } catch (Throwable failure) {
      outcome = task.outcomeOf(Bodies.close(rest(), failure));
    }
    task.ended(outcome);
  }

  /** What is left open at the end, when every scope the body entered has been left. */
  private @Nullable OpenBodies rest() {
    CancelScope scope = task.scope;
    return scope == null ? null : scope.open;
  }

  @Override
  public @Nullable Object innermostScope() {
    CancelScope scope = task.scope;
    return scope == null || scope.isWholeBody() ? null : scope;
  }

  @Override
  public OpenBodies scopeBodies() {
    CancelScope scope = task.scope;
    return scope == null ? taskBodies() : scope.bodies();
  }

  @Override
  public OpenBodies taskBodies() {
    return CancelScope.ofWholeBody(task).bodies();
  }

  @Override
  public String describe() {
    return task.describe();
  }
}
