package dev.treadle;

/** The sentences in which a loop refuses a call. */
final class LoopErrors {
  private LoopErrors() {}

  static IllegalStateException noLoop() {
    return new IllegalStateException(
        "no loop runs on this thread: thread="
            + thread()
            + "; start one with Treadle.run(...) or use Loop.submit(...)");
  }

  static IllegalStateException outsideTask(String operation) {
    return new IllegalStateException(
        Loop.isLoopThread(Thread.currentThread())
            ? operation
                + " in a callback of the loop: thread="
                + thread()
                + "; only a task can wait: spawn one with Treadle.spawn(...)"
            : operation
                + " outside a task: thread="
                + thread()
                + "; start it with Treadle.run(...)");
  }

  static IllegalStateException wrongThread(String operation, Loop loop) {
    return new IllegalStateException(
        operation
            + " on a wrong thread: thread="
            + thread()
            + " loop="
            + loop.name()
            + "; hand it over with Loop.execute(...) or Loop.submit(...)");
  }

  static IllegalStateException cannotWaitForItself(Loop loop) {
    return new IllegalStateException(
        "close(Duration) on the loop's own thread: loop="
            + loop.name()
            + "; it cannot wait for itself: call close(), with LoopBuilder.shutdownGrace(...)");
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }
}
