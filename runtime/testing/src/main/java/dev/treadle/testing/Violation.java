package dev.treadle.testing;

import java.util.List;

/**
 * A call that would have blocked a loop's thread.
 *
 * @param call the method that was called, such as {@code java.lang.Thread.sleep}
 * @param blocked the method inside it that blocks, such as {@code java.lang.Thread.sleepNanos0}
 * @param task the name of the task that called it, or {@code none} in a callback of the loop
 * @param thread the name of the loop's thread
 * @param at the line of the caller's own code: the innermost that is not of the JDK, Netty,
 *     Reactor, JUnit, AssertJ or Treadle
 * @param path the lines of the caller's own code, innermost first
 * @param remedy what to do instead
 */
public record Violation(
    String call,
    String blocked,
    String task,
    String thread,
    StackTraceElement at,
    List<StackTraceElement> path,
    String remedy) {
  private static final int LINES = 10;

  /** Makes one; for the guard and for tests of what handles violations. */
  public Violation {
    path = List.copyOf(path);
  }

  /** All of it for people, in several lines, the first of which says it all. */
  public String report() {
    StringBuilder text = new StringBuilder();
    text.append("blocking call on the event loop: call=")
        .append(call)
        .append(" task=")
        .append(task)
        .append(" at=")
        .append(at)
        .append("; ")
        .append(remedy);
    text.append("\n  blocked in ").append(blocked).append(" on thread=").append(thread);
    text.append("\n  by way of");
    path.stream().limit(LINES).forEach(line -> text.append("\n    ").append(line));
    if (path.size() > LINES) {
      text.append("\n    and ").append(path.size() - LINES).append(" more");
    }
    return text.append('\n').toString();
  }
}
