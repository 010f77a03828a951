package dev.treadle;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a loop for its tasks from another thread, and looks from outside if it does not answer. */
final class LoopProbe {
  private LoopProbe() {}

  static LoopInfo ask(Loop loop, Duration within, int most) {
    CompletableFuture<LoopInfo> answer = new CompletableFuture<>();
    boolean asked =
        loop.inlet.handOver(
            () -> {
              // Nobody listens any more once the time is up.
              if (!answer.isDone()) {
                answer(loop, most, answer);
              }
            });
    if (!asked) {
      return new LoopInfo(
          loop.toString(), loop.thread().getName(), "has ended", List.of(), 0, List.of());
    }
    try {
      return answer.get(Durations.toNanos(within), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false);
      return fromOutside(loop, "did not answer in " + DumpText.seconds(within));
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      return fromOutside(loop, "was not waited for: interrupted");
    } catch (ExecutionException e) {
      throw Outcome.unchecked(e.getCause() == null ? e : e.getCause());
    }
  }

  private static void answer(Loop loop, int most, CompletableFuture<LoopInfo> answer) {
    try {
      answer.complete(TaskTree.snapshot(loop, most));
    } catch (Throwable failure) {
      // What a task waits for describes itself, by code of others.
      answer.completeExceptionally(failure);
    }
  }

  /** What can be read without the loop's thread: which task is in its turn, and the stack. */
  private static LoopInfo fromOutside(Loop loop, String silence) {
    Thread thread = loop.thread();
    List<StackTraceElement> stack = Arrays.asList(Traces.ofProgram(thread.getStackTrace(), false));
    Task<?> task = loop.running();
    String where = task == null ? "in no task" : "in a step of " + task.describe();
    return new LoopInfo(
        loop.toString(),
        thread.getName(),
        silence + "; its thread '" + thread.getName() + "' is " + thread.getState() + ", " + where,
        stack,
        task == null ? 0 : 1,
        task == null ? List.of() : List.of(running(task, stack)));
  }

  private static TaskInfo running(Task<?> task, List<StackTraceElement> stack) {
    return new TaskInfo(
        task.id(),
        task.name(),
        "running",
        0,
        null,
        Duration.ZERO,
        List.of(),
        List.of(),
        stack,
        Origins.place(task));
  }
}
