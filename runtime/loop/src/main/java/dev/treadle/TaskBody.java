package dev.treadle;

import dev.treadle.coroutines.internal.TaskHost;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What runs on a task's fiber; the task as its generators see it. */
final class TaskBody<T extends @Nullable Object> implements Runnable, TaskHost {
  final Task<T> task;
  private final Callable<T> body;

  TaskBody(Task<T> task, Callable<T> body) {
    this.task = task;
    this.body = body;
  }

  @Override
  public void run() {
    Outcome<T> outcome;
    try {
      outcome = Outcome.value(body.call());
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
