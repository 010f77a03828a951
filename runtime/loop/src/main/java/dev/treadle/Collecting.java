package dev.treadle;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Makes the failure of a group's child a value, so that it does not end the group. */
final class Collecting {
  private Collecting() {}

  static <T extends @Nullable Object> Callable<Result<T>> body(Callable<? extends T> body) {
    return () -> {
      try {
        return new Result.Success<>(body.call());
      } catch (Throwable failure) {
        if (!isOwn(failure)) {
          throw failure;
        }
        return new Result.Failure<>(failure);
      }
    };
  }

  /**
   * Whether a failure of the current task is its own affair: neither fatal, nor the task's
   * cancellation, nor what a task threw that was ending with its group.
   */
  static boolean isOwn(Throwable failure) {
    Task<?> task = Task.require("catch");
    return !(failure instanceof VirtualMachineError)
        && !(failure instanceof Cancelled && Cancellation.explains(task))
        && !Cancellation.isVisibleTo(task.group());
  }

  /** The result of a task with such a body, which is done. */
  static <T extends @Nullable Object> Result<T> of(Task<Result<T>> task) {
    return task.isCancelled() ? new Result.Failure<>(cancelled(task)) : task.result();
  }

  /** What stands for a child that was cancelled by itself. */
  static CancellationException cancelled(Task<?> task) {
    return new CancellationException(task.describe() + " was cancelled");
  }
}
