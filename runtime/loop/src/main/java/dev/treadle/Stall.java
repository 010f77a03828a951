package dev.treadle;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a loop that takes too long: while it does nothing else runs there. Seen from another
 * thread while it lasts, so that the stack is where the time goes, and once more when it is over.
 * See {@link LoopBuilder#onStall}.
 *
 * @param loop the loop's name
 * @param step what stalls: {@code task 'fetch'}, {@code callback ...}, or {@code I/O handler} for
 *     what Netty runs in a poll
 * @param elapsed how long it has taken, without the time in which the whole JVM stood still; in
 *     steps of a quarter of the threshold
 * @param ended whether it is over
 * @param stack where it was when last seen, innermost first, without the loop's own frames
 * @param awaitedBy the task that awaits the stalling one, the task that awaits that, and so on
 * @param waitsFor the monitor it waits for and who has it; null when it does not wait for one
 */
public record Stall(
    String loop,
    String step,
    Duration elapsed,
    boolean ended,
    List<StackTraceElement> stack,
    List<String> awaitedBy,
    @Nullable String waitsFor) {
  /** Copies the lists. */
  public Stall {
    stack = List.copyOf(stack);
    awaitedBy = List.copyOf(awaitedBy);
  }

  /** The same when it is over. */
  Stall over(Duration took) {
    return new Stall(loop, step, took, true, stack, awaitedBy, null);
  }

  /** The stall as the watchdog logs it: one line, then the stack and the awaiters. */
  public String report() {
    StringBuilder text = new StringBuilder();
    text.append(ended ? "a stall of the loop is over: loop=" : "the loop stalls: loop=")
        .append(loop)
        .append(" step=")
        .append(step)
        .append(" millis=")
        .append(elapsed.toMillis());
    if (ended) {
      return text.toString();
    }
    text.append("; nothing else runs there meanwhile: ")
        .append(
            waitsFor == null
                ? "move what blocks or computes to Treadle.onThread(...), or suspend in between"
                : "do not await inside synchronized, nor contend for a monitor on a loop");
    if (waitsFor != null) {
      text.append("\n  waits for ").append(waitsFor);
    }
    for (StackTraceElement frame : stack) {
      text.append("\n    at ").append(frame);
    }
    for (String awaiter : awaitedBy) {
      text.append("\n  awaited by ").append(awaiter);
    }
    return text.toString();
  }
}
