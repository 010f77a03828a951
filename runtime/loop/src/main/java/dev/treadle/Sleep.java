package dev.treadle;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** A task's wait for a time. */
final class Sleep extends Timer implements Wait {
  private final Task<?> task;

  private Sleep(Task<?> task) {
    this.task = task;
  }

  /** Sets the timer; the caller parks the task, with no frame of ours below it meanwhile. */
  static Sleep begin(Task<?> task, long nanos) {
    Loop loop = task.loop();
    Sleep sleep = new Sleep(task);
    loop.timers.add(sleep, loop.nanoTime() + nanos);
    return sleep;
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
    Duration left = Duration.ofNanos(Math.max(0, deadline - task.loop().nanoTime()));
    return "sleep, " + left.truncatedTo(ChronoUnit.MILLIS) + " left";
  }
}
