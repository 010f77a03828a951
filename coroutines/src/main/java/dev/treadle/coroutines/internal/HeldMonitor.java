package dev.treadle.coroutines.internal;

import java.lang.StackWalker.StackFrame;

/**
 * A {@code synchronized} block or method that a suspended stack is in.
 *
 * @param frame where it was entered
 * @param monitor what it is synchronized on
 */
public record HeldMonitor(StackFrame frame, Object monitor) {
  @Override
  public String toString() {
    return frame.toStackTraceElement() + " holding " + monitor.getClass().getName();
  }
}
