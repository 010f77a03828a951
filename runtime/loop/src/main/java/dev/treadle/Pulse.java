package dev.treadle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * By what the watchdog tells one step of a loop from the next: a count that the loop's thread moves
 * on at each step and each poll. A step pays for an ordered write, which on most processors is a
 * plain one, and for no fence.
 */
final class Pulse {
  private static final VarHandle BEATS;
  private static final VarHandle CALLBACK;
  private static final VarHandle TASK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BEATS = lookup.findVarHandle(Pulse.class, "beats", long.class);
      CALLBACK = lookup.findVarHandle(Pulse.class, "callback", Runnable.class);
      TASK = lookup.findVarHandle(Pulse.class, "task", Task.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long beats;
  private @Nullable Runnable callback;
  private @Nullable Task<?> task;

  /**
   * Something new begins: what it is, the loop has said before, and who sees this count sees that.
   * On the loop's thread.
   */
  void beat() {
    BEATS.setRelease(this, beats + 1);
  }

  /** The task that runs now, or null. On the loop's thread. */
  void task(@Nullable Task<?> runs) {
    TASK.setRelease(this, runs);
  }

  /** The callback that runs now, or null. On the loop's thread. */
  void callback(@Nullable Runnable runs) {
    CALLBACK.setOpaque(this, runs);
  }

  /** Any thread. */
  long beats() {
    return (long) BEATS.getAcquire(this);
  }

  /** Any thread. */
  @Nullable Task<?> task() {
    return (Task<?>) TASK.getAcquire(this);
  }

  /** Any thread. */
  @Nullable Runnable callback() {
    return (Runnable) CALLBACK.getAcquire(this);
  }
}
