package dev.treadle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Who sees which cancellation. A task's scopes form a stack; below them is the task itself ({@link
 * Task#cancel()} is a scope around the whole body), below it the scope of its group in the host
 * task, and so on. A cancellation is visible from everywhere above it, up to a shield.
 *
 * <p>Each task keeps the answer in a flag, so that a suspension costs one read; this class computes
 * it anew where something changed.
 */
final class Cancellation {
  /** The tasks whose groups are still to be told; a queue, because groups nest without bound. */
  private final Queue<Task<?>> hosts = new ArrayDeque<>();

  /** The tasks that are cancelled now and were not before. */
  private final List<Task<?>> news = new ArrayList<>();

  private Cancellation() {}

  /** Whether a cancellation is visible to the task in its innermost scope. */
  static boolean isVisible(Task<?> task) {
    return isVisible(task, task.scope);
  }

  /**
   * Whether one is visible to the task from the given scope of its stack; null is below them all.
   */
  static boolean isVisible(Task<?> task, @Nullable CancelScope from) {
    return find(task, from, true);
  }

  /** Whether one is visible to the children of a group that have no scopes of their own. */
  static boolean isVisibleTo(TaskGroup group) {
    Task<?> host = group.scope.task;
    if (host == null) {
      return group.scope.isCancelCalled();
    }
    return group.scope == host.scope ? host.cancelVisible : isVisible(host, group.scope);
  }

  /**
   * Whether a {@link Cancelled} that comes out of the task's body is one of ours: something around
   * the task is cancelled, or the task itself. Shields do not count, because one may have been
   * raised after the error was thrown.
   */
  static boolean explains(Task<?> task) {
    return task.cancelVisible || find(task, task.scope, false);
  }

  private static boolean find(Task<?> task, @Nullable CancelScope from, boolean stopAtShields) {
    Task<?> host = task;
    CancelScope scope = from;
    while (true) {
      for (; scope != null; scope = scope.parent) {
        if (scope.isCancelCalled()) {
          return true;
        }
        if (stopAtShields && scope.holdsOff()) {
          return false;
        }
      }
      if (host.isCancelCalled()) {
        return true;
      }
      CancelScope groupScope = host.group().scope;
      Task<?> above = groupScope.task;
      if (above == null) {
        return groupScope.isCancelCalled();
      }
      if (stopAtShields && above.scope == groupScope) {
        // The host's flag is the answer for its innermost scope: no walk down a deep tree.
        return above.cancelVisible;
      }
      scope = groupScope;
      host = above;
    }
  }

  /** Tells the task, and every task in the groups it is in, after a change at any of its scopes. */
  static void refresh(Task<?> task) {
    refreshWithin(task, null);
  }

  /** The same after a change at one scope of its stack: groups outside that are not concerned. */
  static void refreshWithin(Task<?> task, @Nullable CancelScope changed) {
    boolean visible = isVisible(task);
    if (!hostsWithin(task, changed)) {
      if (tell(task, visible)) {
        task.interrupt();
      }
      return;
    }
    Cancellation spread = new Cancellation();
    if (tell(task, visible)) {
      spread.news.add(task);
    }
    spread.tellGroups(task, changed);
    spread.run();
  }

  /** The same for the children of a group, after a change at its own scope. */
  static void refreshChildren(TaskGroup group) {
    Cancellation spread = new Cancellation();
    spread.tellChildren(group, isVisibleTo(group));
    spread.run();
  }

  private static boolean hostsWithin(Task<?> task, @Nullable CancelScope changed) {
    for (CancelScope scope = task.scope; scope != null; scope = scope.parent) {
      if (scope.group != null && scope.group.size() > 0) {
        return true;
      }
      if (scope == changed) {
        return false;
      }
    }
    return false;
  }

  private static boolean tell(Task<?> task, boolean visible) {
    boolean wasVisible = task.cancelVisible;
    task.cancelVisible = visible;
    return visible && !wasVisible;
  }

  private void tellGroups(Task<?> host, @Nullable CancelScope changed) {
    for (CancelScope scope = host.scope; scope != null; scope = scope.parent) {
      if (scope.group != null && scope.group.size() > 0) {
        tellChildren(scope.group, isVisibleTo(scope.group));
      }
      if (scope == changed) {
        break;
      }
    }
  }

  private void tellChildren(TaskGroup group, boolean visible) {
    for (Task<?> child = group.firstChild(); child != null; child = child.next) {
      if (tell(child, isVisible(child, visible))) {
        news.add(child);
      }
      if (child.scope != null) {
        hosts.add(child);
      }
    }
  }

  /** Whether one is visible to a task, given whether one is visible to its group. */
  private static boolean isVisible(Task<?> child, boolean toGroup) {
    for (CancelScope scope = child.scope; scope != null; scope = scope.parent) {
      if (scope.isCancelCalled()) {
        return true;
      }
      if (scope.holdsOff()) {
        return false;
      }
    }
    return toGroup || child.isCancelCalled();
  }

  private void run() {
    for (Task<?> host = hosts.poll(); host != null; host = hosts.poll()) {
      tellGroups(host, null);
    }
    // Only now, with every flag in step: ending a wait may run code of others, as the dependents
    // of a future that is cancelled, and that may change anything.
    for (Task<?> task : news) {
      if (task.cancelVisible) {
        task.interrupt();
      }
    }
  }
}
