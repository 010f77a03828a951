package dev.treadle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop and its tasks when somebody looked. Immutable; made by {@link Loop#snapshot}.
 *
 * @param loop the loop, as messages name it
 * @param thread its thread's name
 * @param silence null if the loop answered; else what is known of why it did not, and {@code tasks}
 *     has at most the one that hogs the thread
 * @param threadStack what the thread is doing instead of answering; empty if the loop answered
 * @param taskCount how many tasks there are, those left out included
 * @param tasks parents before children, siblings in the order in which they were spawned
 */
public record LoopInfo(
    String loop,
    String thread,
    @Nullable String silence,
    List<StackTraceElement> threadStack,
    int taskCount,
    List<TaskInfo> tasks) {

  /** Copies the lists. */
  public LoopInfo {
    threadStack = List.copyOf(threadStack);
    tasks = List.copyOf(tasks);
  }

  /**
   * Tasks that wait for each other in a circle and so will never go on, each circle once, in the
   * order in which they wait; at most ten. Waits of other loops are not followed.
   */
  public List<List<TaskInfo>> cycles() {
    return TaskCycles.find(tasks);
  }

  /** Every task under its parent, with its stack; what {@link Loop#dump()} shows. */
  public String dump() {
    return DumpText.of(this);
  }

  /** One row per task: asyncio's {@code ps}. */
  public String table() {
    return TableText.of(this);
  }

  /**
   * Who waits for whom, as a tree: a task, its stack down to the innermost frame, and below it the
   * tasks it cannot go on without. asyncio's {@code pstree}.
   */
  public String tree() {
    return TreeText.of(this);
  }
}
