package dev.treadle.sync;

import dev.treadle.Action;
import dev.treadle.Loop;
import dev.treadle.Task;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What the primitives share: the loop they belong to, and a clear refusal elsewhere. */
abstract sealed class Confined
    permits AsyncBarrier, AsyncCondition, AsyncEvent, AsyncLock, AsyncSemaphore {
  final Loop loop = Loop.current();

  final void confine(String operation) {
    if (!loop.isLoopThread()) {
      throw new IllegalStateException(
          operation
              + "() on a wrong thread: thread="
              + Thread.currentThread().getName()
              + " loop="
              + loop.name()
              + "; hand it over with Loop.execute(...) or Loop.submit(...)");
    }
  }

  final Task<?> requireTask(String operation) {
    confine(operation);
    Task<?> task = loop.running();
    if (task == null) {
      throw new IllegalStateException(
          operation
              + "() in a callback of the loop: thread="
              + Thread.currentThread().getName()
              + "; only a task can hold a lock: spawn one with Treadle.spawn(...)");
    }
    return task;
  }

  /** How a message or a dump names the task. */
  static String name(Task<?> task) {
    return "task '" + task.name() + "'" + (task.isDone() ? " (done)" : "");
  }

  static Callable<@Nullable Void> callable(Action<Exception> body) {
    Objects.requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }
}
