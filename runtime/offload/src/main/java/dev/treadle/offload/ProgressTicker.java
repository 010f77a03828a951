package dev.treadle.offload;

import dev.treadle.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Looks at what calls say of their progress, ten times a second, and tells who wants to know: one
 * thread for all, which lives while there is something to look at. A timer of the loop would not do
 * on virtual time, which stands still while a call is under way.
 */
final class ProgressTicker implements Runnable {
  static final Duration PACE = Duration.ofMillis(100);

  private static final ProgressTicker SHARED = new ProgressTicker();

  /** Guarded by this. */
  private final List<Watch> watches = new ArrayList<>();

  /** Whether there is a thread; guarded by this. */
  private boolean runs;

  private ProgressTicker() {}

  static Disposable watch(ProgressSource source, Consumer<? super Progress> listener) {
    Loop loop = Loop.isLoopThread(Thread.currentThread()) ? Loop.current() : null;
    Watch watch = new Watch(source, listener, loop);
    SHARED.add(watch);
    return watch;
  }

  private synchronized void add(Watch watch) {
    watches.add(watch);
    if (!runs) {
      runs = true;
      Thread.ofPlatform().daemon().name("treadle-progress").start(this);
    }
  }

  private synchronized void remove(Watch watch) {
    watches.remove(watch);
  }

  private synchronized @Nullable List<Watch> watches() {
    runs = !watches.isEmpty();
    return runs ? List.copyOf(watches) : null;
  }

  @Override
  public void run() {
    for (List<Watch> all = watches(); all != null; all = watches()) {
      all.forEach(Watch::look);
      try {
        Thread.sleep(PACE);
      } catch (InterruptedException nobodys) {
        // A thread that a listener might reach, but has no business to interrupt.
      }
    }
  }

  private static final class Watch implements Disposable {
    private final ProgressSource source;
    private final Consumer<? super Progress> listener;
    private final @Nullable Loop loop;
    private @Nullable Progress told;
    private volatile boolean disposed;

    Watch(ProgressSource source, Consumer<? super Progress> listener, @Nullable Loop loop) {
      this.source = source;
      this.listener = listener;
      this.loop = loop;
    }

    void look() {
      // Before the look at its progress: what it says until then is told.
      boolean last = source.isDone();
      try {
        Progress now = source.progress();
        if (now != null && !now.equals(told)) {
          told = now;
          tell(now);
        }
      } catch (Throwable failure) {
        dispose();
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      }
      if (last) {
        SHARED.remove(this);
      }
    }

    private void tell(Progress now) {
      if (loop == null) {
        accept(now);
        return;
      }
      try {
        loop.execute(() -> accept(now));
      } catch (RejectedExecutionException closed) {
        dispose();
      }
    }

    private void accept(Progress now) {
      if (disposed) {
        return;
      }
      try {
        listener.accept(now);
      } catch (Throwable failure) {
        dispose();
        throw failure;
      }
    }

    @Override
    public void dispose() {
      disposed = true;
      SHARED.remove(this);
    }

    @Override
    public boolean isDisposed() {
      return disposed;
    }
  }
}
