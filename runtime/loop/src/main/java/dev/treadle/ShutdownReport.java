package dev.treadle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What did not stop when a loop was closed with a grace, and where it was. From {@link
 * Loop#close(java.time.Duration)}; goes to the {@link FailureHandler}, too, unless all stopped.
 *
 * @param loop the loop's name
 * @param forced the tasks that had not ended after the grace and did when their shields were taken
 *     away; as they were then
 * @param stuck the tasks that did not end at all: dropped where they were, so that their {@code
 *     finally} blocks have not run. Or the one that keeps the loop's thread
 * @param threads the threads of {@link Treadle#onThread} that still run, abandoned
 */
public record ShutdownReport(
    String loop, List<Entry> forced, List<Entry> stuck, List<Entry> threads) {

  /** Of copies. */
  public ShutdownReport {
    forced = List.copyOf(forced);
    stuck = List.copyOf(stuck);
    threads = List.copyOf(threads);
  }

  /** Whether everything stopped within the grace. */
  public boolean isClean() {
    return forced.isEmpty() && stuck.isEmpty() && threads.isEmpty();
  }

  /** Several lines, for people: each entry with its stack. */
  @Override
  public String toString() {
    if (isClean()) {
      return "all of loop '" + loop + "' stopped";
    }
    StringBuilder text = new StringBuilder();
    text.append("not all of loop '").append(loop).append("' stopped by itself:");
    append(text, "forced", forced);
    append(text, "stuck", stuck);
    append(text, "threads", threads);
    describe(text, "forced", forced);
    describe(text, "stuck", stuck);
    describe(text, "thread", threads);
    return text.toString();
  }

  private static void append(StringBuilder text, String label, List<Entry> entries) {
    text.append(' ').append(label).append('=').append(entries.size());
  }

  private static void describe(StringBuilder text, String label, List<Entry> entries) {
    for (Entry entry : entries) {
      text.append("\n  ").append(label).append(' ').append(entry);
      for (StackTraceElement frame : entry.stack()) {
        text.append("\n    at ").append(frame);
      }
    }
  }

  /**
   * One task or thread.
   *
   * @param name the task's name, or the thread's
   * @param state the task's state as in a dump, or the thread's
   * @param waitingFor what the task waits for, or whose work the thread does; null when it is
   *     nothing
   * @param stack where it is, innermost frame first; empty for a task that is ready to run
   */
  public record Entry(
      String name, String state, @Nullable String waitingFor, List<StackTraceElement> stack) {

    /** Of a copy. */
    public Entry {
      stack = List.copyOf(stack);
    }

    @Override
    public String toString() {
      return name + " " + state + (waitingFor == null ? "" : " on " + waitingFor);
    }

    static Entry of(Task<?> task) {
      return new Entry(
          task.name(),
          task.state(),
          task.waitingFor(),
          task.frames().stream()
              .filter(frame -> !LoopFrames.isMachinery(frame.getClassName()))
              .map(StackWalker.StackFrame::toStackTraceElement)
              .toList());
    }

    static Entry of(Worker worker) {
      Thread thread = worker.thread();
      return new Entry(
          thread.getName(),
          thread.getState().name(),
          worker.work().owner(),
          List.of(thread.getStackTrace()));
    }
  }
}
