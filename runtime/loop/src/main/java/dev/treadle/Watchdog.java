package dev.treadle;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one daemon thread that samples every loop of the JVM for stalls. It starts with the first
 * loop that is watched, and ends when it wakes up and finds none left.
 */
final class Watchdog implements Runnable {
  private static final System.Logger LOG = System.getLogger("dev.treadle.Watchdog");
  private static final Object LOCK = new Object();
  private static final Map<Loop, StallWatch> WATCHES = new LinkedHashMap<>();
  private static @Nullable Thread thread;

  private Watchdog() {}

  static void add(Loop loop, StallWatch watch) {
    synchronized (LOCK) {
      WATCHES.put(loop, watch);
      if (thread == null) {
        thread = new Thread(new Watchdog(), "treadle-watchdog");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  static void remove(Loop loop) {
    synchronized (LOCK) {
      WATCHES.remove(loop);
    }
  }

  /** The thread, while there is one. */
  static @Nullable Thread thread() {
    synchronized (LOCK) {
      return thread;
    }
  }

  /** What is done about a stall where nobody asked for anything else. */
  static void log(Stall stall) {
    LOG.log(Level.WARNING, stall.report());
  }

  @Override
  public void run() {
    List<StallWatch> before = List.of();
    while (true) {
      List<StallWatch> watches = watches();
      for (StallWatch watch : before) {
        if (!watches.contains(watch)) {
          guarded(watch::end);
        }
      }
      if (watches.isEmpty()) {
        return;
      }
      for (StallWatch watch : watches) {
        guarded(() -> watch.sample(System.nanoTime()));
      }
      before = watches;
      LockSupport.parkNanos(watches.stream().mapToLong(StallWatch::tickNanos).min().orElseThrow());
    }
  }

  private static List<StallWatch> watches() {
    synchronized (LOCK) {
      if (WATCHES.isEmpty()) {
        thread = null;
      }
      return List.copyOf(WATCHES.values());
    }
  }

  private static void guarded(Runnable look) {
    try {
      look.run();
    } catch (Throwable failure) {
      // A handler's, or a race with what was looked at: the other loops are still watched.
      LOG.log(Level.ERROR, "the stall watchdog could not look or report", failure);
    }
  }
}
