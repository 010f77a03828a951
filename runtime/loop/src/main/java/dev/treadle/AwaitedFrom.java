package dev.treadle;

import java.io.Serial;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The note a failure carries, as a suppressed exception, of where the failed task was awaited. It
 * prints as a stack: the trace of a failure goes on through the tasks that awaited it, one note for
 * each, in order.
 */
final class AwaitedFrom extends Throwable {
  @Serial private static final long serialVersionUID = 1;

  /** How many notes a failure gets; one that is thrown again and again would grow without end. */
  private static final int MOST = 16;

  /** For the note in the place of those that were too many: how many; else 0. */
  private int more;

  /** A note of where the caller is. */
  private AwaitedFrom(String message, boolean keepsCaller) {
    super(message, null, false, true);
    setStackTrace(Traces.ofProgram(getStackTrace(), keepsCaller));
  }

  private AwaitedFrom(String message, StackTraceElement[] trace) {
    super(message, null, false, true);
    setStackTrace(trace);
  }

  private AwaitedFrom() {
    super(null, null, false, false);
    this.more = 1;
  }

  /** A task of ours has awaited it; called by that task. */
  static void note(Throwable failure, Object source, Task<?> awaiter) {
    String message = describe(source) + " was awaited by " + awaiter.describe() + " from";
    add(failure, new AwaitedFrom(message, awaiter.isMain()));
  }

  /** A thread without a loop has awaited it; called by that thread. */
  static void note(Throwable failure, Object source) {
    String thread = Thread.currentThread().getName();
    String message = describe(source) + " was awaited by thread '" + thread + "' from";
    add(failure, new AwaitedFrom(message, true));
  }

  /** A pool thread has failed for a task; called by that task. */
  static void noteThread(Throwable failure, Task<?> task) {
    String message = "onThread() was called by " + task.describe() + " from";
    add(failure, new AwaitedFrom(message, task.isMain()));
  }

  /** A child has failed while the group's host was suspended. It never fails. */
  static void noteChild(Throwable failure, Task<?> child, TaskGroup group, Task<?> host) {
    if (failure instanceof VirtualMachineError) {
      // There may be no memory left for it, and nobody but the loop itself would be told.
      return;
    }
    try {
      List<StackTraceElement> frames = host.suspendedFrames();
      String message =
          child.describe() + " was a child of group '" + group.name() + "' in " + host.describe();
      add(failure, new AwaitedFrom(message + " at", frames.toArray(StackTraceElement[]::new)));
    } catch (Throwable unable) {
      // The failure is what counts.
    }
  }

  private static String describe(Object source) {
    return source instanceof Awaitable<?> awaitable
        ? awaitable.describe()
        : "a " + source.getClass().getSimpleName();
  }

  private static void add(Throwable failure, AwaitedFrom note) {
    Throwable cause = failure.getCause();
    // What await wraps a checked failure in comes and goes; the notes stay together.
    Throwable carrier = failure instanceof CompletionException && cause != null ? cause : failure;
    int notes = 0;
    for (Throwable known : carrier.getSuppressed()) {
      if (known instanceof AwaitedFrom earlier) {
        if (earlier.more > 0) {
          earlier.more++;
          return;
        }
        notes++;
      }
    }
    carrier.addSuppressed(notes < MOST ? note : new AwaitedFrom());
  }

  @Override
  public String getMessage() {
    return more > 0
        ? "and was awaited " + more + " times more"
        : String.valueOf(super.getMessage());
  }

  @Override
  public String toString() {
    return getMessage();
  }
}
