package dev.treadle.testing;

import dev.treadle.Instrument;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.coroutines.PinnedException;
import dev.treadle.internal.Monitors;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Looks for turns that take too long, and for awaits that cannot suspend. */
final class LoopWatch implements Instrument {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final ClassLoadingMXBean CLASSES = ManagementFactory.getClassLoadingMXBean();
  private static final boolean MEASURES = THREADS.isCurrentThreadCpuTimeSupported();

  private static final boolean MONITORS_PIN = TestFlags.monitorsPin();

  /** What a turn may take longer for each class it loads: a cold one is read, checked and woven. */
  private static final long PER_CLASS = Duration.ofMillis(1).toNanos();

  private final long maxTurn;
  private final Problems problems;
  private long classesAtStart;
  private long turnStart;
  private long stepStart;
  private long inTasks;
  private long longest;
  private @Nullable Task<?> longestTask;

  LoopWatch(Duration maxTurn, Problems problems) {
    this.maxTurn = maxTurn.toNanos();
    this.problems = problems;
  }

  /** Processor time and not wall time, so that a busy machine cannot fail a test. */
  private static long now() {
    return MEASURES ? THREADS.getCurrentThreadCpuTime() : 0;
  }

  @Override
  public void turnStarted() {
    classesAtStart = CLASSES.getTotalLoadedClassCount();
    inTasks = 0;
    longest = 0;
    longestTask = null;
    turnStart = now();
  }

  @Override
  public void stepStarted(Task<?> task) {
    stepStart = now();
  }

  @Override
  public void stepEnded(Task<?> task) {
    long took = now() - stepStart;
    inTasks += took;
    if (took > longest) {
      longest = took;
      longestTask = task;
    }
  }

  @Override
  public void turnEnded(int steps) {
    long took = now() - turnStart;
    if (took <= maxTurn) {
      return;
    }
    long classes = CLASSES.getTotalLoadedClassCount() - classesAtStart;
    if (took > maxTurn + classes * PER_CLASS) {
      problems.add(new LoopTestError(hogged(took, steps), null));
    }
  }

  private String hogged(long took, int steps) {
    Task<?> task = longestTask;
    boolean byTask = task != null && longest >= took - inTasks;
    String who = byTask && task != null ? task.name() : "a callback of the loop";
    return "a turn of the loop took too long: cpuMillis="
        + Duration.ofNanos(took).toMillis()
        + " maxTurnMillis="
        + Duration.ofNanos(maxTurn).toMillis()
        + " steps="
        + steps
        + " longest="
        + who
        + "; compute on another thread, Treadle.onThread(() -> ...), or"
        + " call Treadle.yieldNow() in between\n"
        + Loop.current().dump();
  }

  @Override
  public void suspending(Task<?> task) {
    if (!MONITORS_PIN) {
      PinnedException held = Monitors.pinned();
      if (held != null) {
        problems.pinned(task, held);
      }
    }
  }

  @Override
  public void pinned(Task<?> task, PinnedException exception) {
    problems.pinned(task, exception);
  }
}
