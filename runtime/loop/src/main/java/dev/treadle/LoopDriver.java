package dev.treadle;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Turns the loop: what is ready, then I/O and timers; and brings it to its end. */
final class LoopDriver {
  private static final long INFINITE = 0;

  /** How long Netty's own tasks may keep ours waiting in one poll. */
  private static final long NETTY_TASK_NANOS = 1_000_000;

  private final Loop loop;
  private final NettyLoop netty;
  private final @Nullable VirtualClock virtual;
  private final @Nullable Duration deadlockAfter;
  private final Ticker ticker;
  private final PollPace pace;
  private final long tick;
  private boolean closeRequested;
  private boolean closing;

  LoopDriver(
      Loop loop,
      NettyLoop netty,
      @Nullable VirtualClock virtual,
      @Nullable Duration deadlockAfter) {
    this.loop = loop;
    this.netty = netty;
    this.virtual = virtual;
    this.deadlockAfter = deadlockAfter;
    this.ticker = netty.ticker();
    this.tick = loop.transport().tickNanos();
    this.pace = new PollPace(virtual != null);
  }

  /** Runs one main task to its end, then closes. On the borrowed thread. */
  <T extends @Nullable Object> T runMain(Callable<T> body, boolean handleInterrupt) {
    Task<T> main = new Task<>(loop.root(), "main", body);
    main.observed();
    Interrupt interrupt = handleInterrupt ? Interrupt.install(main) : null;
    Throwable broken = null;
    try {
      loop.root().adopt(main);
      while (!main.isDone()) {
        turn();
        if (!main.isDone()) {
          poll();
        }
      }
    } catch (Throwable failure) {
      // Only the loop itself fails here, as on a deadlock: tasks keep their failures.
      broken = failure;
    }
    close();
    if (interrupt != null) {
      interrupt.uninstall(main.isCancelled());
    }
    if (broken != null) {
      throw Outcome.unchecked(broken);
    }
    return main.result();
  }

  /** Runs until somebody closes the loop. On the loop's own thread. */
  void runUntilClosed() {
    try {
      while (!closeRequested) {
        turn();
        if (!closeRequested) {
          poll();
        }
      }
    } catch (Throwable failure) {
      loop.failures.report("loop " + loop.name(), failure);
    }
    close();
  }

  void requestClose() {
    loop.inlet.run(
        () -> {
          closeRequested = true;
          if (!(loop.thread() instanceof LoopThread)) {
            // A borrowed loop ends with its main task.
            loop.root().abort();
          }
        });
  }

  /** Takes in a task that was made on another thread. */
  void adopt(Task<?> task) {
    if (closing) {
      task.refuse();
    } else {
      loop.root().adopt(task);
    }
  }

  private void close() {
    closing = true;
    try {
      loop.root().abort();
      while (loop.root().size() > 0) {
        turn();
        if (loop.root().size() > 0) {
          poll();
        }
      }
    } catch (Throwable failure) {
      loop.failures.report("closing of loop " + loop.name(), failure);
    }
    loop.failures.reportAll();
    try {
      netty.terminate();
    } finally {
      loop.leave();
    }
  }

  /** Runs what was accepted while the loop closed. */
  void lastTurn() {
    turn();
  }

  /** Runs what is ready now; what that makes ready is for the next turn. */
  private void turn() {
    int steps = loop.ready.size();
    if (loop.observers.isPresent()) {
      observedTurn(steps);
      return;
    }
    for (int n = steps; n > 0; n--) {
      step(loop.ready.poll());
    }
    pace.ran(steps);
  }

  private void observedTurn(int steps) {
    loop.observers.show(Instrument::turnStarted);
    for (int n = steps; n > 0; n--) {
      Object next = loop.ready.poll();
      SlowStep timing = loop.observers.time(next);
      if (next instanceof Task<?> task) {
        loop.observers.show(sees -> sees.stepStarted(task));
        step(task);
        loop.observers.show(sees -> sees.stepEnded(task));
      } else {
        step(next);
      }
      if (timing != null) {
        timing.end();
      }
    }
    loop.observers.show(sees -> sees.turnEnded(steps));
    pace.ran(steps);
  }

  private void step(@Nullable Object next) {
    if (next instanceof Task<?> task) {
      loop.setRunning(task);
      loop.pulse.beat();
      task.step();
      loop.setRunning(null);
    } else if (next instanceof Handle handle) {
      handle.run();
    }
  }

  /** Lets in I/O, timers and other threads; blocks only when nothing is ready. */
  private void poll() {
    if (!loop.ready.isEmpty()) {
      if (pace.isPollDue()) {
        loop.pulse.beat();
        netty.runNow(NETTY_TASK_NANOS);
        pace.polled(fireTimers());
      }
      return;
    }
    loop.pulse.beat();
    loop.failures.reportDropped();
    if (virtual != null) {
      idleOnVirtualTime(virtual);
    } else {
      idle();
    }
    pace.polled(fireTimers());
  }

  private void idle() {
    Timer next = loop.timers.peek();
    if (next != null) {
      long wait = next.deadline - ticker.nanoTime();
      netty.run(wait > 0 ? Math.ceilDiv(wait, tick) * tick : -1, NETTY_TASK_NANOS);
    } else if (deadlockAfter == null || netty.nextTimer() >= 0 || loop.foreign.isOutstanding()) {
      netty.run(INFINITE, NETTY_TASK_NANOS);
    } else if (isStillIdleAfterGrace() && netty.nextTimer() < 0) {
      throw deadlock();
    }
  }

  private void idleOnVirtualTime(VirtualClock clock) {
    netty.runNow(NETTY_TASK_NANOS);
    if (!loop.ready.isEmpty()) {
      return;
    }
    if (loop.foreign.isHeld()) {
      netty.run(INFINITE, NETTY_TASK_NANOS);
      return;
    }
    if (loop.foreign.isGraceDue()) {
      if (!isStillIdleAfterGrace()) {
        return;
      }
      loop.foreign.graceSpent();
    }
    long now = ticker.nanoTime();
    Timer next = loop.timers.peek();
    long jump = next == null ? Long.MAX_VALUE : next.deadline - now;
    long nettyNext = netty.nextTimer();
    if (nettyNext >= 0) {
      jump = Math.min(jump, nettyNext - now);
    }
    if (jump != Long.MAX_VALUE) {
      clock.advance(Duration.ofNanos(Math.max(0, jump)));
    } else if (isStillIdleAfterGrace() && netty.nextTimer() < 0) {
      throw deadlock();
    }
  }

  private boolean isStillIdleAfterGrace() {
    Duration grace = deadlockAfter == null ? Duration.ofSeconds(1) : deadlockAfter;
    long end = System.nanoTime() + Durations.toNanos(grace);
    long left = end - System.nanoTime();
    // A poll may end for less: what another thread handed over need not make anything ready.
    while (left > 0 && loop.ready.isEmpty() && !loop.foreign.isHeld() && !closeRequested) {
      netty.run(left, NETTY_TASK_NANOS);
      left = end - System.nanoTime();
    }
    return loop.ready.isEmpty() && !loop.foreign.isHeld() && !closeRequested;
  }

  private DeadlockException deadlock() {
    return new DeadlockException(
        "deadlock: nothing is ready, no timer is pending and nothing is outstanding: loop="
            + loop.name()
            + " tasks="
            + loop.tasks().size()
            + "; if another thread is to wake a task, say so with Loop.hold(...)\n"
            + loop.dump());
  }

  /** Fires what is due, oldest deadline first; returns the time it looked at. */
  private long fireTimers() {
    long now = ticker.nanoTime();
    for (Timer timer = loop.timers.peek();
        timer != null && timer.deadline - now <= 0;
        timer = loop.timers.peek()) {
      loop.timers.remove(timer);
      timer.fire();
    }
    return now;
  }
}
