package dev.treadle;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a task tells {@link TaskGroup#start} that it is ready, such as a server that listens now:
 * trio's {@code task_status}. Confined to its loop's thread.
 *
 * <p>Until it does, the task belongs to the caller of {@code start}: it is cancelled with the
 * caller and its failure is the caller's. From then on it is a child of the group like any other.
 *
 * @param <V> the type of what the caller gets
 */
public final class TaskStatus<V extends @Nullable Object> {
  private final TaskGroup nursery;
  private final TaskGroup target;
  private final Task<?> host;
  private @Nullable Task<?> child;
  private @Nullable Outcome<V> ready;

  private TaskStatus(TaskGroup nursery, TaskGroup target, Task<?> host) {
    this.nursery = nursery;
    this.target = target;
    this.host = host;
  }

  /**
   * Says that the task is ready; {@link TaskGroup#start} returns the value in its caller's next
   * turn. If the caller has been cancelled, the task ends where it is, with the caller.
   *
   * @throws IllegalStateException if it was called before, or the task has ended
   */
  public void started(V value) {
    target.loop.requireLoopThread("TaskStatus.started()");
    Task<?> starting = Objects.requireNonNull(child, "child");
    if (ready != null || starting.isDone()) {
      throw new IllegalStateException(
          "started() "
              + (ready != null ? "called twice" : "after the end of the task")
              + ": task="
              + starting.name()
              + " group="
              + target.name()
              + "; call it once, in the task's body");
    }
    ready = Outcome.value(value);
    if (!hasMoved(starting) && !Cancellation.isVisibleTo(nursery)) {
      nursery.moveTo(target, starting);
    }
  }

  static <V extends @Nullable Object> V start(
      TaskGroup target, @Nullable String taskName, TaskGroup.Starter<V> body) {
    Objects.requireNonNull(body, "body");
    Task<?> host = Task.require("TaskGroup.start()");
    target.loop.requireLoopThread("TaskGroup.start()");
    host.checkCancelled();
    TaskGroup nursery = TaskGroup.inside(host, "start in " + target.name());
    TaskStatus<V> status = new TaskStatus<>(nursery, target, host);
    Task<@Nullable Void> child = Task.of(nursery, taskName, () -> body.run(status));
    status.child = child;
    target.startBegins();
    try {
      nursery.await(host, child);
    } finally {
      target.startEnds();
    }
    return status.settle(child);
  }

  /** To the group; or to whoever got it from a caller that could not wait. */
  private boolean hasMoved(Task<?> task) {
    return task.group() != nursery;
  }

  private V settle(Task<?> task) {
    if (ready != null && hasMoved(task)) {
      return ready.value();
    }
    Outcome<?> outcome = task.outcome();
    if (outcome != null && !outcome.isValue()) {
      if (outcome.isCancelled()) {
        // With its caller, most likely.
        host.checkCancelled();
      }
      outcome.get(task, host);
    }
    if (ready == null) {
      throw new IllegalStateException(
          "start() of a task that ended without calling started(): task="
              + task.name()
              + " group="
              + target.name()
              + "; call TaskStatus.started(...) in its body, or use spawn(...)");
    }
    return ready.value();
  }

  @Override
  public String toString() {
    return "TaskStatus[" + child + (ready == null ? "]" : " started]");
  }
}
