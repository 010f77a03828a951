package dev.treadle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tree of waits. A task that several wait for is shown in full once; a circle is entered at its
 * oldest task and ends where it comes round.
 */
final class TreeText {
  private static final int DEEPEST = 50;
  private static final int MOST_FRAMES = 30;

  private final StringBuilder text;
  private final Map<Long, TaskInfo> tasks = new HashMap<>();
  private final Set<Long> shown = new HashSet<>();
  private final Set<Long> open = new HashSet<>();

  private TreeText(LoopInfo info) {
    this.text = new StringBuilder(DumpText.heading(info, true));
    info.tasks().forEach(task -> tasks.put(task.id(), task));
  }

  static String of(LoopInfo info) {
    TreeText tree = new TreeText(info);
    List<TaskInfo> tops = tree.tops(info.tasks());
    for (TaskInfo top : tops) {
      tree.show(top, "", top == tops.getLast(), 0);
    }
    return tree.text.append(DumpText.omitted(info)).toString();
  }

  /** The tasks nobody waits for, and one of each circle that nobody else waits for. */
  private List<TaskInfo> tops(List<TaskInfo> all) {
    Set<Long> awaited = new HashSet<>();
    all.forEach(task -> awaited.addAll(task.awaits()));
    Set<Long> reached = new HashSet<>();
    List<TaskInfo> tops = new ArrayList<>();
    for (TaskInfo task : all) {
      if (!awaited.contains(task.id())) {
        tops.add(task);
        reach(task, reached);
      }
    }
    for (TaskInfo task : all) {
      if (!reached.contains(task.id())) {
        tops.add(task);
        reach(task, reached);
      }
    }
    return tops;
  }

  private void reach(TaskInfo from, Set<Long> reached) {
    List<TaskInfo> todo = new ArrayList<>(List.of(from));
    while (!todo.isEmpty()) {
      TaskInfo task = todo.removeLast();
      if (reached.add(task.id())) {
        todo.addAll(awaits(task));
      }
    }
  }

  private List<TaskInfo> awaits(TaskInfo task) {
    List<TaskInfo> awaited = new ArrayList<>();
    for (Long id : task.awaits()) {
      TaskInfo known = tasks.get(id);
      if (known != null) {
        awaited.add(known);
      }
    }
    return awaited;
  }

  private void show(TaskInfo task, String indent, boolean last, int depth) {
    text.append(indent).append(last ? "└── " : "├── ");
    text.append("task '").append(task.name()).append("' ").append(task.state());
    if (open.contains(task.id())) {
      text.append(", as above: a cycle\n");
      return;
    }
    if (!shown.add(task.id())) {
      text.append(", as above\n");
      return;
    }
    if (task.waitingFor() != null) {
      text.append(" for ").append(DumpText.seconds(task.waiting()));
      text.append(" on ").append(task.waitingFor());
    }
    text.append('\n');
    List<TaskInfo> below = awaits(task);
    String inner = indent + (last ? "    " : "│   ");
    showStack(task.stack(), inner + (below.isEmpty() ? "  " : "│ "));
    if (depth == DEEPEST && !below.isEmpty()) {
      text.append(inner).append("└── and more below\n");
      return;
    }
    open.add(task.id());
    for (int i = 0; i < below.size(); i++) {
      show(below.get(i), inner, i == below.size() - 1, depth + 1);
    }
    open.remove(task.id());
  }

  /** Outermost first, so that the tree reads downwards into what is waited for. */
  private void showStack(List<StackTraceElement> stack, String indent) {
    int left = Math.max(0, stack.size() - MOST_FRAMES);
    for (int i = stack.size() - 1; i >= left; i--) {
      text.append(indent).append(stack.get(i)).append('\n');
    }
    if (left > 0) {
      text.append(indent).append("and ").append(left).append(" more frames\n");
    }
  }
}
