package dev.treadle;

import dev.treadle.coroutines.internal.Fiber;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/** A body that may block, on its way to a pool thread and back, and the task's wait for it. */
final class OnThread<T extends @Nullable Object> implements Wait, Worker.Work {
  private final Task<?> task;
  private final ThreadLimiter limiter;
  private final OnCancel onCancel;
  private final Block<T, ? extends Exception> body;
  private final @Nullable Object bindings = Fiber.currentBindings();

  /** The thread while it runs the body and may be interrupted; guarded by this. */
  private @Nullable Thread runner;

  /** Whether the body is interrupted, or to be as soon as it begins; guarded by this. */
  private boolean interrupted;

  /** Written by the runner before it hands over to the loop's thread, read there. */
  private @Nullable Outcome<T> outcome;

  /** Whether the task is suspended here; confined to the loop's thread. */
  private boolean parked;

  private OnThread(
      Task<?> task, ThreadLimiter limiter, OnCancel onCancel, Block<T, ? extends Exception> body) {
    this.task = task;
    this.limiter = limiter;
    this.onCancel = onCancel;
    this.body = body;
  }

  static <T extends @Nullable Object, X extends Exception> T run(
      @Nullable ThreadLimiter limiter, OnCancel onCancel, Block<T, X> body) throws X {
    Task<?> task = Task.require("onThread()");
    task.checkCancelled();
    Loop loop = task.loop();
    ThreadLimiter limit = limiter == null ? loop.threadLimiter() : limiter;
    limit.acquire(task);
    OnThread<T> work = new OnThread<>(task, limit, onCancel, body);
    try {
      // It may have been cancelled since its turn came.
      task.checkCancelled();
      loop.threads.execute(work);
    } catch (Throwable unable) {
      limit.release();
      throw unable;
    }
    Hold hold = loop.hold("onThread() of " + task.describe());
    try {
      work.parked = true;
      task.park(work);
      return work.get();
    } finally {
      // Pinned or abandoned, if it still is: then nobody waits any more.
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
    if (isInterrupt(failure)) {
      // It was our interrupt, if the task was cancelled.
      task.checkCancelled();
    }
    AwaitedFrom.noteThread(failure, task);
    @SuppressWarnings("unchecked") // The body throws nothing else that is checked.
    X declared = (X) failure;
    throw declared;
  }

  private static boolean isInterrupt(Throwable failure) {
    return failure instanceof InterruptedException || failure instanceof ClosedByInterruptException;
  }

  /** Runs the body on the calling thread, which is the worker's, and brings back what it gave. */
  @Override
  public void run(Worker worker) {
    if (begin()) {
      Fiber.runWith(bindings, this::runBody);
      end();
    } else {
      outcome = Outcome.failure(new InterruptedException());
    }
    task.loop().inlet.runAlways(() -> arrived(worker));
  }

  private synchronized boolean begin() {
    runner = Thread.currentThread();
    return !interrupted;
  }

  private synchronized void end() {
    runner = null;
    // An interrupt that came too late for the body is not for the next one on this thread.
    Thread.interrupted();
  }

  private void runBody() {
    try {
      outcome = Outcome.value(body.run());
    } catch (Throwable failure) {
      Traces.tidy(failure, false);
      outcome = Outcome.failure(failure);
    }
  }

  /** On the loop's thread; on the worker's when the loop is closed. */
  private void arrived(Worker worker) {
    Loop loop = task.loop();
    if (loop.isClosed()) {
      loop.threads.endedLate(worker);
    } else {
      loop.threads.ended(worker);
    }
    limiter.release();
    if (parked) {
      parked = false;
      task.wake();
      return;
    }
    Throwable failure = outcome == null ? null : outcome.failure();
    if (failure != null && !isInterrupt(failure)) {
      loop.failures.report(owner() + ", abandoned", failure);
    }
  }

  @Override
  public synchronized void interrupt() {
    interrupted = true;
    if (runner != null) {
      runner.interrupt();
    }
  }

  @Override
  public boolean abandon() {
    if (onCancel == OnCancel.WAIT) {
      interrupt();
    }
    // A loop that is forced to end has waited long enough.
    return onCancel == OnCancel.ABANDON || task.loop().shutdown.isForced();
  }

  @Override
  public synchronized String describe() {
    return runner == null ? "onThread" : "onThread, thread '" + runner.getName() + "'";
  }

  @Override
  public String owner() {
    return "onThread of " + task.describe();
  }
}
