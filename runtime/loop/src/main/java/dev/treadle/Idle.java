package dev.treadle;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the loop does when nothing is ready: it waits, on virtual time moves the clock, or finds
 * that nothing can ever become ready.
 */
final class Idle {
  private static final long INFINITE = 0;

  /**
   * How long something may take from one channel of this loop to another: far longer than any does.
   */
  private static final long MOST_UNDER_WAY_NANOS = 1_000_000_000;

  private final Loop loop;
  private final NettyLoop netty;
  private final @Nullable ChannelWatch channels;
  private final @Nullable VirtualClock virtual;
  private final @Nullable Duration deadlockAfter;
  private final Ticker ticker;
  private final long tick;

  Idle(Loop loop, NettyLoop netty, @Nullable ChannelWatch channels, LoopBuilder options) {
    this.loop = loop;
    this.netty = netty;
    this.channels = channels;
    this.virtual = options.clock;
    this.deadlockAfter = options.deadlockAfter;
    this.ticker = netty.ticker();
    this.tick = loop.transport().tickNanos();
  }

  /** Lets something in, or moves the clock: once, so that the caller looks what that has made. */
  void run() {
    if (virtual == null) {
      onRealTime();
    } else {
      onVirtualTime(virtual);
    }
  }

  private void onRealTime() {
    Timer next = loop.timers.peek();
    if (next != null) {
      long wait = next.deadline - ticker.nanoTime();
      netty.run(wait > 0 ? Math.ceilDiv(wait, tick) * tick : -1, LoopDriver.NETTY_TASK_NANOS);
    } else if (deadlockAfter == null || netty.nextTimer() >= 0 || isOutstanding()) {
      netty.run(INFINITE, LoopDriver.NETTY_TASK_NANOS);
    } else if (isStillIdleAfterGrace() && netty.nextTimer() < 0) {
      throw deadlock();
    }
  }

  private void onVirtualTime(VirtualClock clock) {
    netty.runNow(LoopDriver.NETTY_TASK_NANOS);
    if (!loop.ready.isEmpty()) {
      return;
    }
    if (isWaitingForChannels() || clock.wakeSettled()) {
      return;
    }
    if (loop.foreign.isHeld()) {
      netty.run(loop.shutdown.pollNanos(), LoopDriver.NETTY_TASK_NANOS);
      return;
    }
    boolean channelsDue = channels != null && channels.isGraceDue();
    if (channelsDue || loop.foreign.isGraceDue()) {
      if (!isStillIdleAfterGrace()) {
        return;
      }
      loop.foreign.graceSpent();
      if (channels != null) {
        channels.graceSpent();
      }
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
    } else if (!clock.wakeIdle() && isStillIdleAfterGrace() && netty.nextTimer() < 0) {
      throw deadlock();
    }
  }

  /** Whether it has let in what was on its way from one channel of this loop to another. */
  private boolean isWaitingForChannels() {
    if (channels == null || !channels.isAny()) {
      return false;
    }
    if (channels.isConnecting()) {
      netty.run(loop.shutdown.pollNanos(), LoopDriver.NETTY_TASK_NANOS);
      return true;
    }
    if (!channels.isUnderWay()) {
      return false;
    }
    if (isStillIdleAfter(MOST_UNDER_WAY_NANOS)) {
      channels.waited();
    }
    return true;
  }

  private boolean isOutstanding() {
    return loop.foreign.isOutstanding() || channels != null && channels.isAny();
  }

  private boolean isStillIdleAfterGrace() {
    return isStillIdleAfter(
        Durations.toNanos(deadlockAfter == null ? Duration.ofSeconds(1) : deadlockAfter));
  }

  private boolean isStillIdleAfter(long nanos) {
    long end = System.nanoTime() + nanos;
    long moves = moves();
    long left = nanos;
    // A poll may end for less: what another thread handed over need not make anything ready.
    while (left > 0 && isStillIdle(moves)) {
      netty.run(left, LoopDriver.NETTY_TASK_NANOS);
      left = end - System.nanoTime();
    }
    return isStillIdle(moves);
  }

  private boolean isStillIdle(long moves) {
    return loop.ready.isEmpty()
        && !loop.foreign.isHeld()
        && !loop.driver().isCloseRequested()
        && moves() == moves;
  }

  private long moves() {
    return channels == null ? 0 : channels.moves();
  }

  private DeadlockException deadlock() {
    LoopInfo tasks = TaskTree.snapshot(loop, Loop.MOST_DUMPED);
    String cycles =
        tasks.cycles().stream()
            .map(cycle -> " cycle=[" + TaskCycles.describe(cycle) + "]")
            .collect(Collectors.joining());
    return new DeadlockException(
        "deadlock: nothing is ready, no timer is pending and nothing is outstanding: loop="
            + loop.name()
            + " tasks="
            + tasks.taskCount()
            + cycles
            + (channels != null && channels.isAny() ? " channels=" + channels : "")
            + "; if another thread is to wake a task, say so with Loop.hold(...)\n"
            + tasks.dump());
  }
}
