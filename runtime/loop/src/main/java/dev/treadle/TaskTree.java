package dev.treadle;

import java.lang.StackWalker.StackFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Every task of a loop, from the root group down through the groups they have open. */
final class TaskTree {
  private static final String INDENT = "  ";

  private TaskTree() {}

  static List<Task<?>> all(TaskGroup root) {
    List<Task<?>> tasks = new ArrayList<>();
    for (Entry entry : walk(root)) {
      tasks.add(entry.task);
    }
    return tasks;
  }

  static String dump(Loop loop, TaskGroup root) {
    List<Entry> entries = walk(root);
    StringBuilder text = new StringBuilder();
    text.append(loop).append(" tasks=").append(entries.size()).append('\n');
    for (Entry entry : entries) {
      String indent = INDENT.repeat(entry.depth + 1);
      text.append(indent).append(entry.task).append('\n');
      for (StackFrame frame : entry.task.frames()) {
        if (!LoopFrames.isMachinery(frame.getClassName())) {
          text.append(indent).append(INDENT).append("at ").append(frame).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static List<Entry> walk(TaskGroup root) {
    List<Entry> found = new ArrayList<>();
    Deque<Entry> todo = new ArrayDeque<>();
    pushChildren(root, 0, todo);
    while (!todo.isEmpty()) {
      Entry entry = todo.pop();
      found.add(entry);
      for (CancelScope scope = entry.task.scope; scope != null; scope = scope.parent) {
        if (scope.group != null) {
          pushChildren(scope.group, entry.depth + 1, todo);
        }
      }
    }
    return found;
  }

  private static void pushChildren(TaskGroup group, int depth, Deque<Entry> todo) {
    // Pushed last to first, so that they pop in the order in which they were spawned.
    for (Task<?> child = group.lastChild(); child != null; child = child.previous) {
      todo.push(new Entry(child, depth));
    }
  }

  private record Entry(Task<?> task, int depth) {}
}
