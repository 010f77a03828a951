package dev.treadle;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one loop on which {@link Treadle#onThread} runs what may block. None is started
 * before it is used; an idle one ends by itself, all end with the loop.
 */
final class ThreadPool {
  /** More would hardly help what waits for disks, and each costs a stack. */
  static final int MOST_THREADS = 64;

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  ThreadPool(String loop) {
    executor =
        new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            // Without locks: the loop's thread adds and removes.
            new LinkedTransferQueue<>(),
            body -> Thread.ofPlatform().daemon().name(loop + "-thread-", 0).unstarted(body));
    executor.allowCoreThreadTimeOut(true);
  }

  void execute(Runnable work) {
    executor.execute(work);
  }

  /** Takes back what has not begun. */
  boolean remove(Runnable work) {
    return executor.remove(work);
  }

  void close() {
    // On one of its own threads: it takes locks, which the loop's thread must not wait for.
    executor.execute(executor::shutdown);
  }
}
