package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Every task of a loop, from the root group down through the groups they have open. */
final class TaskTree {
  /** How many of those that wait for a task are named. */
  private static final int MOST_NAMED = 10;

  private TaskTree() {}

  static List<Task<?>> all(TaskGroup root) {
    List<Task<?>> tasks = new ArrayList<>();
    for (Entry entry : walk(root)) {
      tasks.add(entry.task);
    }
    return tasks;
  }

  /** On the loop's thread; with the first so many tasks. */
  static LoopInfo snapshot(Loop loop, int most) {
    List<Entry> entries = walk(loop.root());
    List<TaskInfo> tasks = new ArrayList<>();
    for (Entry entry : entries.subList(0, Math.min(most, entries.size()))) {
      tasks.add(info(entry.task, entry.parent, most));
    }
    return new LoopInfo(
        loop.toString(), loop.thread().getName(), null, List.of(), entries.size(), tasks);
  }

  static TaskInfo info(Task<?> task, long parent, int mostAwaited) {
    List<Long> awaits = new ArrayList<>();
    Wait waiting = task.waiting();
    if (waiting != null) {
      waiting.forEachAwaited(
          awaited -> {
            if (awaited.loop() == task.loop() && awaits.size() < mostAwaited) {
              awaits.add(awaited.id());
            }
          });
    }
    return new TaskInfo(
        task.id(),
        task.name(),
        task.state(),
        parent,
        task.waitingFor(),
        task.waitingTime(),
        awaits,
        awaitedBy(task),
        List.of(task.stackTrace()),
        Origins.place(task));
  }

  private static List<String> awaitedBy(Task<?> task) {
    List<String> names = new ArrayList<>();
    Task<?> joiner = task.group().joiner();
    if (joiner != null) {
      names.add(joiner.describe());
    }
    task.nameWaiters(MOST_NAMED, names);
    int more = task.waiterCount() - MOST_NAMED;
    if (more > 0) {
      names.add(more + " more");
    }
    return names;
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
          pushChildren(scope.group, entry.task.id(), todo);
        }
      }
    }
    return found;
  }

  private static void pushChildren(TaskGroup group, long parent, Deque<Entry> todo) {
    // Pushed last to first, so that they pop in the order in which they were spawned.
    for (Task<?> child = group.lastChild(); child != null; child = child.previous) {
      todo.push(new Entry(child, parent));
    }
  }

  private record Entry(Task<?> task, long parent) {}
}
