package dev.treadle;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task was doing when somebody looked; part of a {@link LoopInfo}. Immutable. asyncio's
 * {@code FutureCallGraph}, but flat: the tasks refer to each other by their numbers, so that a
 * cycle of waits is nothing special.
 *
 * @param id the task's number, from 1; unique in its loop
 * @param name as {@link Task#name()}
 * @param state {@code scheduled}, {@code ready}, {@code running} or {@code suspended}
 * @param parent the number of the task whose open group this one is a child of; 0 if it belongs to
 *     the loop itself
 * @param waitingFor what it is suspended on, or null
 * @param waiting for how long; to a millisecond, less what the turn in which it suspended had taken
 *     until then, and starting anew after 49 days; zero when it is not suspended
 * @param awaits the numbers of the tasks of this loop it cannot go on without: the one it awaits,
 *     or the children of the group whose end it has reached
 * @param awaitedBy who waits for it, as messages name them: tasks, also of other loops, and blocked
 *     threads; of many the first ten and a count
 * @param stack the frames of its body, innermost first, those of generators included; empty when it
 *     has not begun
 * @param madeAt where it was spawned, in {@linkplain LoopBuilder#debug debug mode}; else null
 */
public record TaskInfo(
    long id,
    String name,
    String state,
    long parent,
    @Nullable String waitingFor,
    Duration waiting,
    List<Long> awaits,
    List<String> awaitedBy,
    List<StackTraceElement> stack,
    @Nullable StackTraceElement madeAt) {

  /** Copies the lists. */
  public TaskInfo {
    awaits = List.copyOf(awaits);
    awaitedBy = List.copyOf(awaitedBy);
    stack = List.copyOf(stack);
  }

  /** The task in one line, as in {@link Loop#dump()}. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder("Task[").append(name).append(' ').append(state);
    if (waitingFor != null) {
      line.append(" on ").append(waitingFor);
    }
    line.append(']');
    if (waitingFor != null) {
      line.append(" for ").append(DumpText.seconds(waiting));
    }
    if (!awaitedBy.isEmpty()) {
      line.append(", awaited by ").append(String.join(", ", awaitedBy));
    }
    if (madeAt != null) {
      line.append(", made at ").append(madeAt);
    }
    return line.toString();
  }
}
