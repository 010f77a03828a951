package dev.treadle.offload;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A pool's one thread for what may block for a moment, such as deleting files; there while there is
 * something to do. Any thread.
 */
final class Clerk {
  private static final System.Logger LOG = System.getLogger("dev.treadle.offload.ProcessPool");

  private final ThreadPoolExecutor thread;

  Clerk(String pool) {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread made = new Thread(work, pool + "-files");
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  void run(String what, Work work) {
    thread.execute(
        () -> {
          try {
            work.run();
          } catch (Exception failure) {
            LOG.log(System.Logger.Level.WARNING, what + " failed", failure);
          }
        });
  }

  /** What may block. */
  interface Work {
    void run() throws Exception;
  }
}
