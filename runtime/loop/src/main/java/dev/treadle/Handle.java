package dev.treadle;

import org.jspecify.annotations.Nullable;

/**
 * A callback that {@link Loop#callSoon}, {@link Loop#callLater} or {@link Loop#callAt} has
 * accepted. Confined to its loop's thread. asyncio's {@code Handle} and {@code TimerHandle}.
 */
public final class Handle extends Timer {
  private final Loop loop;
  private @Nullable Runnable callback;

  Handle(Loop loop, Runnable callback) {
    this.loop = loop;
    this.callback = callback;
    Origins.note(this, loop);
  }

  /** Makes sure the callback does not run; does nothing if it has run or was cancelled. */
  public void cancel() {
    loop.requireLoopThread("Handle.cancel()");
    callback = null;
    loop.timers.remove(this);
  }

  /** Whether the callback has neither run nor been cancelled. */
  public boolean isPending() {
    loop.checkThread("Handle.isPending()");
    return callback != null;
  }

  @Override
  void fire() {
    loop.ready.add(this);
  }

  void run() {
    Runnable run = callback;
    if (run == null) {
      return;
    }
    callback = null;
    loop.pulse.callback(run);
    loop.pulse.beat();
    try {
      run.run();
    } catch (Throwable failure) {
      Origins.explain(failure, this, "callback " + run);
      loop.failures.report("callback " + run, failure);
    } finally {
      loop.pulse.callback(null);
    }
  }

  @Override
  public String toString() {
    return "Handle["
        + (callback == null ? "done" : callback.toString())
        + "]"
        + Origins.suffix(this);
  }
}
