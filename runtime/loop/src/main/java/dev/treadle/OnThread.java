package dev.treadle;

import dev.treadle.coroutines.internal.Fiber;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/** A body that may block, on its way to a pool thread and back, and the task's wait for it. */
final class OnThread<T extends @Nullable Object> implements Wait, Runnable {
  private final Task<?> task;
  private final Block<T, ? extends Exception> body;
  private final @Nullable Object bindings = Fiber.currentBindings();

  /** The thread while it runs the body and may be interrupted; guarded by this. */
  private @Nullable Thread runner;

  /** Whether the task was cancelled; guarded by this. */
  private boolean cancelled;

  /** Written by the runner before it hands over to the loop's thread, read there. */
  private @Nullable Outcome<T> outcome;

  /** Whether the task is suspended here; confined to the loop's thread. */
  private boolean parked;

  private OnThread(Task<?> task, Block<T, ? extends Exception> body) {
    this.task = task;
    this.body = body;
  }

  static <T extends @Nullable Object, X extends Exception> T run(Block<T, X> body) throws X {
    Task<?> task = Task.require("onThread()");
    task.checkCancelled();
    OnThread<T> work = new OnThread<>(task, body);
    Hold hold = task.loop().hold("onThread() of " + task.describe());
    try {
      task.loop().threads().execute(work);
      work.parked = true;
      task.park(work);
      return work.get();
    } finally {
      work.parked = false;
      hold.close();
    }
  }

  private <X extends Exception> T get() throws X {
    Outcome<T> result = outcome;
    if (result == null) {
      throw new AssertionError("woken without an outcome: task=" + task.name());
    }
    Throwable failure = result.failure();
    if (failure == null) {
      return result.value();
    }
    if (failure instanceof InterruptedException || failure instanceof ClosedByInterruptException) {
      // It was our interrupt, if the task was cancelled.
      task.checkCancelled();
    }
    @SuppressWarnings("unchecked") // The body throws nothing else that is checked.
    X declared = (X) failure;
    throw declared;
  }

  @Override
  public void run() {
    if (begin()) {
      Fiber.runWith(bindings, this::runBody);
      end();
    } else {
      outcome = Outcome.failure(new InterruptedException());
    }
    task.loop().inlet.run(this::arrived);
  }

  private synchronized boolean begin() {
    runner = Thread.currentThread();
    return !cancelled;
  }

  private synchronized void end() {
    runner = null;
    // An interrupt that came too late for the body is not for the next one on this thread.
    Thread.interrupted();
  }

  private void arrived() {
    // Not if it could not suspend: pinned, it has gone on.
    if (parked) {
      parked = false;
      task.wake();
    }
  }

  private void runBody() {
    try {
      outcome = Outcome.value(body.run());
    } catch (Throwable failure) {
      outcome = Outcome.failure(failure);
    }
  }

  /** Takes it back when it has not begun; else interrupts it and waits on, so that none is left. */
  @Override
  public boolean abandon() {
    if (task.loop().threads().remove(this)) {
      return true;
    }
    synchronized (this) {
      cancelled = true;
      if (runner != null) {
        runner.interrupt();
      }
    }
    return false;
  }

  @Override
  public String describe() {
    return "onThread";
  }
}
