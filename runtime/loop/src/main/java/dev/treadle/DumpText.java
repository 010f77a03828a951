package dev.treadle;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The dump: every task under its parent, with its stack. */
final class DumpText {
  private static final String INDENT = "  ";

  private DumpText() {}

  static String of(LoopInfo info) {
    StringBuilder text = new StringBuilder(heading(info, true));
    Map<Long, Integer> depths = new HashMap<>();
    for (TaskInfo task : info.tasks()) {
      int depth = depths.getOrDefault(task.parent(), 0) + 1;
      depths.put(task.id(), depth);
      String indent = INDENT.repeat(Math.min(depth, 100));
      text.append(indent).append(task).append('\n');
      appendFrames(text, indent + INDENT, task.stack());
    }
    return text.append(omitted(info)).toString();
  }

  /**
   * The loop; what it does if it did not answer, with the stack unless that is a task's and so is
   * shown there; the circles among its tasks' waits.
   */
  static String heading(LoopInfo info, boolean showsStacks) {
    StringBuilder text = new StringBuilder();
    text.append(info.loop()).append(" tasks=").append(info.taskCount()).append('\n');
    if (info.silence() != null) {
      text.append(INDENT).append(info.silence()).append('\n');
      if (!showsStacks || info.tasks().isEmpty()) {
        appendFrames(text, INDENT + INDENT, info.threadStack());
      }
    }
    for (List<TaskInfo> cycle : info.cycles()) {
      text.append(INDENT).append("cycle: ").append(TaskCycles.describe(cycle)).append('\n');
    }
    return text.toString();
  }

  static String omitted(LoopInfo info) {
    int more = info.taskCount() - info.tasks().size();
    return info.silence() != null || more <= 0 ? "" : INDENT + "and " + more + " more tasks\n";
  }

  static void appendFrames(StringBuilder text, String indent, List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      text.append(indent).append("at ").append(frame).append('\n');
    }
  }

  /** Such as {@code 1.5 s}. */
  static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }
}
