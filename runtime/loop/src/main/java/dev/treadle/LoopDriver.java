package dev.treadle;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Turns the loop: what is ready, then I/O and timers; and brings it to its end. */
final class LoopDriver {
  /** How long Netty's own tasks may keep ours waiting in one poll. */
  static final long NETTY_TASK_NANOS = 1_000_000;

  private final Loop loop;
  private final NettyLoop netty;
  private final Idle idle;
  private final Ticker ticker;
  private final PollPace pace;
  private final @Nullable Chaos chaos;
  private final Shutdown shutdown;
  private boolean closeRequested;
  private boolean closing;

  LoopDriver(Loop loop, NettyLoop netty, @Nullable ChannelWatch channels, LoopBuilder options) {
    this.loop = loop;
    this.netty = netty;
    this.idle = new Idle(loop, netty, channels, options);
    this.chaos = options.chaosSeed == null ? null : new Chaos(options.chaosSeed);
    this.ticker = netty.ticker();
    this.pace = new PollPace(options.clock != null);
    this.shutdown = loop.shutdown;
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
    Throwable failure = main.failure();
    if (failure != null) {
      SourceLauncher.giveFrames(failure);
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

  boolean isCloseRequested() {
    return closeRequested;
  }

  /** Ctrl-C has cancelled the main task. Any thread. */
  void interrupted() {
    loop.inlet.run(() -> shutdown.begin(null));
  }

  /** Any thread; without a grace of its own it is the loop's. */
  void requestClose(@Nullable Duration grace) {
    loop.inlet.run(
        () -> {
          shutdown.begin(grace);
          closeRequested = true;
          if (!(loop.thread() instanceof LoopThread)) {
            // A borrowed loop ends with its main task.
            loop.root().abort();
          }
        });
  }

  /** Takes in a task that was made on another thread. */
  void adopt(Task<?> task) {
    if (closing || closeRequested) {
      task.refuse();
    } else {
      loop.root().adopt(task);
    }
  }

  private void close() {
    closing = true;
    try {
      shutdown.begin(null);
      loop.root().abort();
      while (!shutdown.isOver()) {
        turn();
        if (!shutdown.isOver()) {
          poll();
        }
      }
    } catch (Throwable failure) {
      loop.failures.report("closing of loop " + loop.name(), failure);
    }
    loop.failures.reportAll();
    shutdown.end();
    try {
      netty.terminate(
          failure -> loop.failures.report("closing the channels of loop " + loop.name(), failure));
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
    int steps = chaos == null ? loop.ready.size() : chaos.arrange(loop.ready);
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
        loop.observers.stepStarted(task);
        step(task);
        loop.observers.stepEnded(task);
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
    shutdown.look();
    if (!loop.ready.isEmpty()) {
      if (pace.isPollDue()) {
        loop.pulse.beat();
        netty.runNow(NETTY_TASK_NANOS);
        polled(fireTimers());
      }
      return;
    }
    loop.pulse.beat();
    loop.failures.reportDropped();
    idle.run();
    polled(fireTimers());
  }

  private void polled(long now) {
    pace.polled(now);
    loop.polledAt(now);
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
