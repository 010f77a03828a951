package dev.treadle;

import java.time.Duration;

/** A task's wait for a time. */
final class Sleep extends Timer implements Wait {
  private final Task<?> task;

  private Sleep(Task<?> task) {
    this.task = task;
  }

  static void park(Task<?> task, Duration duration) {
    Loop loop = task.loop();
    Sleep sleep = new Sleep(task);
    loop.timers.add(sleep, loop.deadlineAfter(duration));
    task.park(sleep);
  }

  @Override
  void fire() {
    task.wake();
  }

  @Override
  public boolean abandon() {
    task.loop().timers.remove(this);
    return true;
  }

  @Override
  public String describe() {
    return "sleep, " + Duration.ofNanos(Math.max(0, deadline - task.loop().nanoTime())) + " left";
  }
}
