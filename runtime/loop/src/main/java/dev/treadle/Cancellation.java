package dev.treadle;

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
  private Cancellation() {}

  /** Whether a cancellation is visible to the task in its innermost scope. */
  static boolean isVisible(Task<?> task) {
    return isVisible(task, task.scope);
  }

  /**
   * Whether one is visible to the task from the given scope of its stack; null is below them all.
   */
  static boolean isVisible(Task<?> task, @Nullable CancelScope from) {
    Task<?> host = task;
    CancelScope scope = from;
    while (true) {
      for (; scope != null; scope = scope.parent) {
        if (scope.isCancelCalled()) {
          return true;
        }
        if (scope.isShielded()) {
          return false;
        }
      }
      if (host.isCancelCalled()) {
        return true;
      }
      CancelScope groupScope = host.group.scope;
      Task<?> above = groupScope.task;
      if (above == null) {
        return groupScope.isCancelCalled();
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
    boolean news = visible && !task.cancelVisible;
    task.cancelVisible = visible;
    if (news) {
      task.interrupt();
    }
    for (CancelScope scope = task.scope; scope != null; scope = scope.parent) {
      if (scope.group != null) {
        refreshChildren(scope.group);
      }
      if (scope == changed) {
        break;
      }
    }
  }

  static void refreshChildren(TaskGroup group) {
    // A refresh only makes tasks ready: it never adds or removes a child.
    for (Task<?> child = group.firstChild(); child != null; child = child.next) {
      refresh(child);
    }
  }
}
