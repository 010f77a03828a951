package dev.treadle.internal;

import dev.treadle.coroutines.PinnedException;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * The {@code synchronized} blocks a task is in. For JVMs without {@code -XX:LockingMode=1}, where
 * an await inside one does not throw: the lock stays with the loop's thread, so that the next task
 * walks in too.
 */
public final class Monitors {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final String DRIVER = "dev.treadle.LoopDriver";
  private static final String STEP = "step";
  private static final String REMEDY =
      "leave the synchronized block before awaiting, or guard the state with an awaitable lock";

  private Monitors() {}

  /** What an await here throws with that flag; null outside {@code synchronized}. */
  public static @Nullable PinnedException pinned() {
    String held = held();
    return held == null ? null : new PinnedException("MONITOR", held, REMEDY);
  }

  /** The innermost frame of the running task that holds a monitor, as text; null if none does. */
  private static @Nullable String held() {
    if (!THREADS.isObjectMonitorUsageSupported()) {
      return null;
    }
    long[] self = {Thread.currentThread().threadId()};
    ThreadInfo info = THREADS.getThreadInfo(self, true, false)[0];
    StackTraceElement[] stack = info.getStackTrace();
    int depth = depthOfTask(stack);
    for (MonitorInfo monitor : info.getLockedMonitors()) {
      int at = monitor.getLockedStackDepth();
      if (at >= 0 && at < depth) {
        StackTraceElement frame = stack[at];
        // Without the names of class loader and module, as a stack trace prints it.
        return new StackTraceElement(
                frame.getClassName(),
                frame.getMethodName(),
                frame.getFileName(),
                frame.getLineNumber())
            + " holding "
            + monitor.getClassName();
      }
    }
    return null;
  }

  /** How many frames lie above the loop's own: beneath it is whoever runs the loop. */
  private static int depthOfTask(StackTraceElement[] stack) {
    for (int i = 0; i < stack.length; i++) {
      if (stack[i].getClassName().equals(DRIVER) && stack[i].getMethodName().equals(STEP)) {
        return i;
      }
    }
    return 0;
  }
}
