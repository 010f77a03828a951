package dev.treadle;

import java.util.concurrent.RejectedExecutionException;

/**
 * The way into a loop from other threads, and what is left of it when the loop has closed: Netty's
 * lock-free queue, with a claim on each action so that it runs once or is refused.
 */
final class Inlet {
  private final NettyLoop netty;
  private final Thread thread;

  /** Held by what touches awaitables once there is no loop thread any more to confine them to. */
  private final Object afterClose = new Object();

  private volatile boolean closed;

  Inlet(NettyLoop netty, Thread thread) {
    this.netty = netty;
    this.thread = thread;
  }

  boolean isClosed() {
    return closed;
  }

  /** Runs the action on the loop's thread before its next turn; false when the loop is closed. */
  boolean handOver(Runnable action) {
    Handover handover = new Handover(action);
    try {
      netty.execute(handover);
    } catch (RejectedExecutionException terminated) {
      return false;
    }
    return !closed || !handover.withdraw();
  }

  /** At once on the loop's thread, else handed over; dropped when the loop is closed. */
  void run(Runnable action) {
    if (isLoopThread()) {
      action.run();
    } else {
      // Every task of a closed loop has ended: there is nothing left to act on.
      handOver(action);
    }
  }

  /**
   * At once on the loop's thread, else handed over; when the loop is closed, at once on the calling
   * thread, one at a time.
   */
  void runAlways(Runnable action) {
    if (isLoopThread() && !closed) {
      action.run();
    } else if (!handOver(action)) {
      synchronized (afterClose) {
        action.run();
      }
    }
  }

  /**
   * Lets nothing more in. On the loop's thread.
   *
   * @param lastTurn runs what was let in until then
   */
  void close(Runnable lastTurn) {
    synchronized (afterClose) {
      closed = true;
      netty.runNonBlockingTasks(0);
      lastTurn.run();
    }
  }

  private boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }
}
