package dev.treadle;

import dev.treadle.coroutines.internal.Frames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Cuts stack traces down to what the program wrote. Below a task's body is only the loop, and below
 * that code that has nothing to do with the task: the notes of {@link AwaitedFrom} say who waited.
 * The main task of {@link Treadle#run} is the exception: what is below it did call it.
 */
final class Traces {
  private static final int MOST_CAUSES = 32;

  private Traces() {}

  /** Cuts a failure's traces, and those it came from, in place. It never fails. */
  static void tidy(Throwable failure, boolean keepsCaller) {
    try {
      tidy(
          failure,
          keepsCaller,
          Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>()));
    } catch (Throwable unable) {
      // A trace too long beats a failure lost: what others override may throw, and memory may end.
    }
  }

  private static void tidy(Throwable failure, boolean keepsCaller, Set<Throwable> seen) {
    if (failure instanceof VirtualMachineError
        || failure instanceof AwaitedFrom
        || seen.size() >= MOST_CAUSES
        || !seen.add(failure)) {
      return;
    }
    StackTraceElement[] trace = failure.getStackTrace();
    List<StackTraceElement> kept = new ArrayList<>(trace.length);
    int first = 0;
    if (!isThrownByLoop(failure)) {
      // Where it was thrown stays, also when that is in the loop: a call refused, or our mistake.
      while (first < trace.length && isMachinery(trace[first]) && !isBody(trace[first])) {
        kept.add(trace[first++]);
      }
    }
    cut(trace, first, keepsCaller, kept);
    if (kept.size() < trace.length) {
      failure.setStackTrace(kept.toArray(StackTraceElement[]::new));
    }
    if (failure.getCause() != null) {
      tidy(failure.getCause(), keepsCaller, seen);
    }
    for (Throwable more : failure.getSuppressed()) {
      tidy(more, keepsCaller, seen);
    }
  }

  /** The frames of the innermost body, and of its caller if that is wanted, without machinery. */
  static StackTraceElement[] ofProgram(StackTraceElement[] trace, boolean keepsCaller) {
    List<StackTraceElement> kept = new ArrayList<>(trace.length);
    cut(trace, 0, keepsCaller, kept);
    return kept.toArray(StackTraceElement[]::new);
  }

  private static void cut(
      StackTraceElement[] trace, int from, boolean keepsCaller, List<StackTraceElement> kept) {
    for (int i = from; i < trace.length && (keepsCaller || !isBody(trace[i])); i++) {
      if (!isMachinery(trace[i])) {
        kept.add(trace[i]);
      }
    }
  }

  /** Whether every one of these is made by the loop, for what the caller's line says it all. */
  private static boolean isThrownByLoop(Throwable failure) {
    return failure instanceof TaskGroupException
        || failure instanceof DeadlineExceededException
        || failure instanceof CompletionException;
  }

  private static boolean isBody(StackTraceElement frame) {
    return frame.getClassName().equals(TaskBody.class.getName())
        || frame.getClassName().equals(OnThread.class.getName())
            && frame.getMethodName().equals("runBody");
  }

  private static boolean isMachinery(StackTraceElement frame) {
    return !Frames.isUseful(frame.getClassName()) || LoopFrames.isMachinery(frame.getClassName());
  }
}
