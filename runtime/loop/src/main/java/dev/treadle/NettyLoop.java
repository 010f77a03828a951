package dev.treadle;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.function.Consumer;

/** Netty's half of the loop: I/O, its own timers, and tasks handed over by other threads. */
final class NettyLoop extends ManualIoEventLoop {
  private static final long MOST_CLOSING_NANOS = 1_000_000_000;
  private static final long CLOSING_POLL_NANOS = 1_000_000;

  private final OpenHandles open;

  NettyLoop(Thread thread, IoHandlerFactory factory, Ticker ticker) {
    this(thread, new OpenHandles(factory), ticker);
  }

  private NettyLoop(Thread thread, OpenHandles open, Ticker ticker) {
    super(null, thread, open, ticker);
    this.open = open;
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
  void terminate(Consumer<Throwable> failed) {
    // While tasks are still let in: closing a channel hands some over, which tell its open.
    open.close(failed);
    long end = System.nanoTime() + MOST_CLOSING_NANOS;
    do {
      // In limited time: callers that never stop would keep it here, and hand over without end.
      runNonBlockingTasks(CLOSING_POLL_NANOS);
    } while (open.isAny() && System.nanoTime() < end && run(CLOSING_POLL_NANOS) >= 0);
    shutdown();
    while (!isTerminated()) {
      runNow();
    }
  }
}
