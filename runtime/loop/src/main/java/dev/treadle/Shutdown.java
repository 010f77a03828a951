package dev.treadle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a loop, in phases. Tasks have been cancelled and have a grace to end. After it they
 * are forced: no shield holds, and a wait for a thread is left. What has not ended after a second
 * grace is dropped. Without a grace it only says, once, what the end is waiting for. On the loop's
 * thread.
 */
final class Shutdown extends Timer {
  private static final System.Logger LOG = System.getLogger("dev.treadle.Loop");

  /** What a loop that is forced to end may take on top of its graces. */
  private static final Duration LAST_TURN = Duration.ofSeconds(1);

  private final Loop loop;

  /** A virtual clock may stand still, as while a thread is busy: then the grace is real time. */
  private final boolean isVirtual;

  private final boolean mayWarn;

  /** How long an end without a grace may take before it says why. */
  private final Duration patience;

  private final @Nullable Duration configured;
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Duration grace;
  private boolean begun;
  private boolean forced;
  private boolean over;
  private long realEnd;
  private final Map<Task<?>, ShutdownReport.Entry> forcedTasks = new LinkedHashMap<>();
  private final List<ShutdownReport.Entry> stuck = new ArrayList<>();

  /** Set when it is all over, before {@link #ended}. */
  private @Nullable ShutdownReport report;

  Shutdown(Loop loop, LoopBuilder options) {
    this.loop = loop;
    this.configured = options.shutdownGrace;
    this.grace = configured;
    this.patience = options.patience;
    this.isVirtual = options.clock != null;
    // A pending timer would keep a deadlock from being found, which says more.
    this.mayWarn = !isVirtual && options.deadlockAfter == null;
  }

  /** Starts the grace, unless it has started; a shorter one given later takes its place. */
  void begin(@Nullable Duration asked) {
    boolean isShorter =
        asked != null && !over && (grace == null || !begun || asked.compareTo(grace) < 0);
    if (isShorter) {
      grace = asked;
    }
    if (!begun || isShorter) {
      begun = true;
      arm();
    }
  }

  private void arm() {
    loop.timers.remove(this);
    Duration time = grace == null ? patience : grace;
    if (grace != null || mayWarn) {
      realEnd = System.nanoTime() + Durations.toNanos(time);
      loop.timers.add(this, loop.deadlineAfter(time));
    }
  }

  /** Once a turn: for a virtual clock that stands still. */
  void look() {
    if (begun && isVirtual && grace != null && !over && realEnd - System.nanoTime() <= 0) {
      loop.timers.remove(this);
      fire();
    }
  }

  /** How long an idle loop on virtual time may wait for a thread; zero is without limit. */
  long pollNanos() {
    return begun && grace != null && !over ? Math.max(1, realEnd - System.nanoTime()) : 0;
  }

  @Override
  void fire() {
    if (grace == null) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the loop waits for its tasks to end, for seconds={0}: {1}",
          patience.toSeconds(),
          loop.dump());
    } else if (!forced) {
      force();
      arm();
    } else {
      giveUp();
    }
  }

  private void force() {
    forced = true;
    for (Task<?> task : loop.tasks()) {
      forcedTasks.put(task, ShutdownReport.Entry.of(task));
    }
    loop.root().abort();
    Cancellation.refreshChildren(loop.root());
    // Those that were cancelled before, too: a wait for a thread is left now.
    forcedTasks.keySet().forEach(Task::interrupt);
  }

  private void giveUp() {
    over = true;
    List<Task<?>> left = loop.tasks();
    for (Task<?> task : left) {
      stuck.add(ShutdownReport.Entry.of(task));
      forcedTasks.remove(task);
    }
    left.forEach(Task::refuse);
  }

  /** Whether nothing is waited for any more. */
  boolean isOver() {
    return over || (loop.root().size() == 0 && !(forced && loop.threads.isBusy()));
  }

  /** Ends the last phase; what did not stop goes to the failure handler. */
  void end() {
    loop.timers.remove(this);
    over = true;
    ShutdownReport made =
        new ShutdownReport(
            loop.name(),
            List.copyOf(forcedTasks.values()),
            stuck,
            grace == null ? List.of() : loop.threads.busy());
    report = made;
    tell(made);
  }

  /** Whether no shield holds any more. */
  boolean isForced() {
    return forced;
  }

  /** The loop is closed. */
  void ended() {
    ended.countDown();
  }

  /**
   * Waits on another thread for the loop to be closed, at most for two graces: that asked for, else
   * the loop's own, else without limit.
   */
  ShutdownReport await(@Nullable Duration asked) {
    Duration limit = asked == null ? configured : asked;
    long most = limit == null ? Long.MAX_VALUE : 2 * Durations.toNanos(limit) + LAST_TURN.toNanos();
    long start = System.nanoTime();
    boolean interrupted = false;
    ShutdownReport result = null;
    while (result == null) {
      try {
        if (ended.await(most - (System.nanoTime() - start), TimeUnit.NANOSECONDS)) {
          if (loop.thread() instanceof LoopThread) {
            loop.thread().join();
          }
          result = Objects.requireNonNull(report, "report");
        } else {
          result = ofStuckThread();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  /** The report when the loop's thread itself does not come back. Any thread. */
  private ShutdownReport ofStuckThread() {
    Task<?> running = loop.running();
    ShutdownReport.Entry entry =
        new ShutdownReport.Entry(
            running == null ? "a callback of the loop" : running.name(),
            "keeps the loop's thread",
            null,
            List.of(loop.thread().getStackTrace()));
    ShutdownReport stuckThread =
        new ShutdownReport(loop.name(), List.of(), List.of(entry), loop.threads.busy());
    tell(stuckThread);
    return stuckThread;
  }

  private void tell(ShutdownReport made) {
    if (!made.isClean()) {
      loop.failures.report("the end of loop '" + loop.name() + "'", new ShutdownException(made));
    }
  }
}
