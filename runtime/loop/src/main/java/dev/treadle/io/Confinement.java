package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;

/** Who may call what suspends. */
final class Confinement {
  private Confinement() {}

  /**
   * The task that runs now, which has looked whether it is cancelled.
   *
   * @throws Cancelled if its scope is cancelled
   * @throws IllegalStateException on another thread, or outside a task
   */
  static Task<?> enter(Loop loop, String operation) {
    Task<?> task = requireTask(loop, operation);
    loop.checkCancelled();
    return task;
  }

  static Task<?> requireTask(Loop loop, String operation) {
    requireThread(loop, operation);
    Task<?> task = loop.running();
    if (task == null) {
      throw new IllegalStateException(
          operation
              + "() in a callback of the loop: thread="
              + Thread.currentThread().getName()
              + "; only a task can wait: spawn one with Treadle.spawn(...)");
    }
    return task;
  }

  static void requireThread(Loop loop, String operation) {
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
}
