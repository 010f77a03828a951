package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds tasks that wait for each other in a circle, by a depth-first search along their waits. */
final class TaskCycles {
  private static final int MOST = 10;

  private final Map<Long, TaskInfo> tasks = new HashMap<>();
  private final Map<Long, Boolean> onPath = new HashMap<>();
  private final List<List<TaskInfo>> found = new ArrayList<>();

  private TaskCycles(List<TaskInfo> all) {
    all.forEach(task -> tasks.put(task.id(), task));
  }

  static List<List<TaskInfo>> find(List<TaskInfo> all) {
    TaskCycles search = new TaskCycles(all);
    for (TaskInfo task : all) {
      if (!search.onPath.containsKey(task.id())) {
        search.follow(task);
      }
    }
    return search.found;
  }

  /** Such as {@code task 'a' awaits task 'b' awaits task 'a'}. */
  static String describe(List<TaskInfo> cycle) {
    return cycle.stream()
        .map(task -> "task '" + task.name() + "' awaits ")
        .collect(Collectors.joining("", "", "task '" + cycle.getFirst().name() + "'"));
  }

  private void follow(TaskInfo start) {
    Deque<Step> path = new ArrayDeque<>();
    push(start, path);
    while (!path.isEmpty() && found.size() < MOST) {
      Step last = path.getLast();
      if (!last.awaits.hasNext()) {
        path.removeLast();
        onPath.put(last.task.id(), false);
        continue;
      }
      TaskInfo next = tasks.get(last.awaits.next());
      if (next == null) {
        continue;
      }
      Boolean open = onPath.get(next.id());
      if (open == null) {
        push(next, path);
      } else if (open) {
        found.add(path.stream().map(Step::task).dropWhile(task -> task.id() != next.id()).toList());
      }
    }
  }

  private void push(TaskInfo task, Deque<Step> path) {
    onPath.put(task.id(), true);
    path.addLast(new Step(task, task.awaits().iterator()));
  }

  private record Step(TaskInfo task, Iterator<Long> awaits) {}
}
