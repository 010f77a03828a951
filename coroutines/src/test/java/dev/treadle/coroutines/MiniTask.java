package dev.treadle.coroutines;

import dev.treadle.coroutines.internal.Fiber;
import dev.treadle.coroutines.internal.OpenBodies;
import dev.treadle.coroutines.internal.TaskHost;
import org.jspecify.annotations.Nullable;

/** The least that a task of an event loop is: a fiber with a name, a scope and a failure. */
final class MiniTask implements TaskHost {
  private final String name;
  private final Fiber fiber;
  private final OpenBodies open = new OpenBodies();
  private @Nullable Object scope;
  private @Nullable Throwable failure;

  MiniTask(String name, Runnable body) {
    this.name = name;
    this.fiber =
        Fiber.task(
            this,
            () -> {
              try {
                body.run();
              } catch (Throwable t) {
                failure = t;
              }
            });
  }

  /** Runs the task until it awaits or ends. */
  MiniTask run() {
    fiber.resume();
    return this;
  }

  boolean isDone() {
    return fiber.isDone();
  }

  @Nullable Throwable failure() {
    return failure;
  }

  void enter(@Nullable Object scope) {
    this.scope = scope;
  }

  /** Suspends the running task. */
  static void await() {
    Fiber.suspendTask();
  }

  @Override
  public @Nullable Object innermostScope() {
    return scope;
  }

  @Override
  public OpenBodies scopeBodies() {
    return open;
  }

  @Override
  public OpenBodies taskBodies() {
    return open;
  }

  @Override
  public String describe() {
    return "task '" + name + "'";
  }
}
