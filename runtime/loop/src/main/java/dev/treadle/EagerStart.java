package dev.treadle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a new task's first step inside its spawner's: asyncio's eager tasks. The task's fiber is
 * nested in the spawner's until it suspends; from then on the loop resumes it like any other.
 */
final class EagerStart {
  /**
   * How many eager starts may be inside one another. Each takes a stretch of the thread's stack,
   * and a stack that overflows in the midst of the JDK's switch ends the JVM.
   */
  static final int DEEPEST = 32;

  /** Who spawns whom: each has the next one inside it; null is a callback of the loop. */
  private final List<@Nullable Task<?>> spawners = new ArrayList<>(0);

  /** Runs the task until it first suspends or ends; false when there are too many in progress. */
  boolean run(Task<?> child) {
    if (spawners.size() == DEEPEST) {
      return false;
    }
    Loop loop = child.loop();
    Task<?> spawner = loop.running();
    spawners.add(spawner);
    if (spawner != null) {
      loop.observers.stepEnded(spawner);
    }
    loop.setRunning(child);
    loop.observers.stepStarted(child);
    try {
      child.step();
    } finally {
      loop.observers.stepEnded(child);
      loop.setRunning(spawner);
      if (spawner != null) {
        loop.observers.stepStarted(spawner);
      }
      spawners.removeLast();
    }
    return true;
  }

  /** Whether the task waits in its turn for one that it is starting. */
  boolean isSpawner(Task<?> task) {
    return spawners.contains(task);
  }
}
