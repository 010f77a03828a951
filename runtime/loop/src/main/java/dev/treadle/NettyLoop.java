package dev.treadle;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;

/** Netty's half of the loop: I/O, its own timers, and tasks handed over by other threads. */
final class NettyLoop extends ManualIoEventLoop {
  NettyLoop(Thread thread, IoHandlerFactory factory, Ticker ticker) {
    super(null, thread, factory, ticker);
  }

  /** The deadline of Netty's next timer in ticker nanoseconds, or -1 when there is none. */
  long nextTimer() {
    return nextScheduledTaskDeadlineNanos();
  }

  /** How long a poll may wait: on virtual time, Netty's timers say nothing about real time. */
  @Override
  protected long delayNanos(long now, long longest) {
    return ticker() instanceof MockTicker ? longest : super.delayNanos(now, longest);
  }

  // shutdownGracefully() waits for a quiet period by sleeping; ours has cancelled its tasks
  // already.
  @SuppressWarnings("deprecation")
  void terminate() {
    shutdown();
    while (!isTerminated()) {
      runNow();
    }
  }
}
