package dev.treadle;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches one loop for a step that takes too long. Confined to the thread that samples, but for the
 * loop's {@link Pulse}.
 *
 * <p>Between two samples of one step at most two ticks pass, whatever the clock says: when the
 * whole JVM stood still (a collection, a suspended laptop, a stopped process), so did the watchdog,
 * and that is nobody's stall.
 */
final class StallWatch {
  /** A stall that goes on is reported again each time it has become that many times longer. */
  private static final int BACK_OFF = 10;

  private static final int TICKS = 4;

  private final Loop loop;
  private final Pulse pulse;
  private final long threshold;
  private final Consumer<Stall> handler;
  private long lastSample;
  private long beats = -1;
  private long age;
  private long reportAt;

  /** For how many samples of this step the thread has been blocked on a monitor. */
  private int blocked;

  private @Nullable Stall reported;

  /**
   * A watch of a loop.
   *
   * @param from when it begins: samples before that time do nothing
   */
  StallWatch(Loop loop, Duration threshold, Consumer<Stall> handler, long from) {
    this.loop = loop;
    this.pulse = loop.pulse;
    this.threshold = Durations.toNanos(threshold);
    this.handler = handler;
    this.lastSample = from;
  }

  /** How often to sample. */
  long tickNanos() {
    return Math.max(1, threshold / TICKS);
  }

  /** Looks at the loop; the time is any clock's, in nanoseconds. */
  void sample(long now) {
    long passed = now - lastSample;
    if (passed < 0) {
      return;
    }
    lastSample = now;
    long seen = pulse.beats();
    if (seen != beats) {
      begin(seen);
      return;
    }
    Task<?> task = loop.running();
    Runnable callback = pulse.callback();
    StackTraceElement[] stack = null;
    if (task == null && callback == null) {
      stack = loop.thread().getStackTrace();
      if (StallProbe.waitsForEvents(stack)) {
        begin(seen);
        return;
      }
    }
    age += Math.min(passed, 2 * tickNanos());
    blocked = loop.thread().getState() == Thread.State.BLOCKED ? blocked + 1 : 0;
    if (age >= reportAt) {
      if (stack == null) {
        stack = loop.thread().getStackTrace();
      }
      if (pulse.beats() == seen && loop.running() == task && pulse.callback() == callback) {
        report(task, callback, stack);
      }
      // Else it has just ended: the stack may be that of somebody innocent.
    }
  }

  /** The loop is no longer watched. */
  void end() {
    begin(-1);
  }

  private void begin(long seen) {
    Stall over = reported;
    long took = age;
    beats = seen;
    age = 0;
    blocked = 0;
    reportAt = threshold;
    reported = null;
    if (over != null) {
      handler.accept(over.over(Duration.ofNanos(took)));
    }
  }

  private void report(
      @Nullable Task<?> task, @Nullable Runnable callback, StackTraceElement[] stack) {
    if (Debugger.mayBeAttached()) {
      reportAt = Long.MAX_VALUE;
      return;
    }
    Stall stall = StallProbe.look(loop, task, callback, stack, Duration.ofNanos(age), blocked > 1);
    reportAt = age * BACK_OFF;
    reported = stall;
    handler.accept(stall);
  }
}
