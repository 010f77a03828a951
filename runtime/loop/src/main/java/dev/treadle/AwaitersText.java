package dev.treadle;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One task and, below it, those that wait for it, those that wait for them, and so on. */
final class AwaitersText {
  private static final String INDENT = "  ";
  private static final int DEEPEST = 50;

  private final StringBuilder text = new StringBuilder();
  private final Set<Task<?>> shown = new HashSet<>();

  private AwaitersText() {}

  static String of(Task<?> task) {
    AwaitersText awaiters = new AwaitersText();
    awaiters.show(task, "", "", 0);
    return awaiters.text.toString();
  }

  private void show(Task<?> task, String indent, String lead, int depth) {
    text.append(indent).append(lead);
    if (!shown.add(task)) {
      text.append(task.describe()).append(", as above\n");
      return;
    }
    text.append(task);
    if (task.waiting() != null) {
      text.append(" for ").append(DumpText.seconds(task.waitingTime()));
    }
    text.append('\n');
    DumpText.appendFrames(text, indent + INDENT + INDENT, List.of(task.stackTrace()));
    List<Task<?>> awaiters = new ArrayList<>();
    Task<?> joiner = task.group().joiner();
    if (joiner != null) {
      awaiters.add(joiner);
    }
    task.forEachWaitingTask(awaiters::add);
    if (depth == DEEPEST && !awaiters.isEmpty()) {
      text.append(indent).append(INDENT).append("awaited by ").append("more\n");
      return;
    }
    for (Task<?> awaiter : awaiters) {
      show(awaiter, indent + INDENT, "awaited by ", depth + 1);
    }
  }
}
