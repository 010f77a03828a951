package dev.treadle.coroutines.internal;

import org.jspecify.annotations.Nullable;

/**
 * The bodies that were made in one stretch of a task, have begun and not ended: they are closed
 * with it, the youngest first, so that none is left half-way (PEP 533 as a rule of the scope). A
 * stretch is a cancel scope, the whole task, or the body of another generator.
 *
 * <p>One that moves on to another thread leaves. The lock is for that alone: it orders the leaving
 * with the closing, and nobody ever waits for it.
 */
public final class OpenBodies {
  private final Thread thread = Thread.currentThread();
  private @Nullable OpenBody youngest;
  private boolean closed;

  /** What is open in a stretch that begins on this thread: nothing. */
  public OpenBodies() {}

  /** Where a body that is made here belongs; null outside a task. */
  public static @Nullable OpenBodies here() {
    TaskHost task = Fiber.currentTask();
    if (task == null) {
      return null;
    }
    return Fiber.currentGenerator() instanceof Stepper around && around.isInnermostOf(task)
        ? around.ownBodies()
        : task.scopeBodies();
  }

  /**
   * Sees to it, before a step, that the body will not be left half-way.
   *
   * @param task what steps it, or null
   * @param home where it belongs until now
   * @return where it belongs from now on
   */
  public static @Nullable OpenBodies settle(
      OpenBody body, boolean started, @Nullable TaskHost task, @Nullable OpenBodies home) {
    if (started) {
      if (home != null && !home.isHere()) {
        home.remove(body);
        return null;
      }
      return home;
    }
    if (task == null) {
      return null;
    }
    return home != null && home.isHere() && home.add(body) ? home : joined(body, task.taskBodies());
  }

  /** The new home, if it takes the body in. */
  static @Nullable OpenBodies joined(OpenBody body, OpenBodies home) {
    return home.add(body) ? home : null;
  }

  private boolean isHere() {
    return Thread.currentThread() == thread;
  }

  /** Takes a body in as the youngest; false when the stretch has ended. */
  private synchronized boolean add(OpenBody body) {
    if (closed) {
      return false;
    }
    OpenBody last = youngest;
    body.older = last;
    if (last != null) {
      last.younger = body;
    }
    youngest = body;
    return true;
  }

  /** Forgets a body that has ended or moved on. */
  public synchronized void remove(OpenBody body) {
    OpenBody after = body.younger;
    OpenBody before = body.older;
    if (youngest == body) {
      youngest = before;
    } else if (after != null) {
      after.older = before;
    } else {
      return;
    }
    if (before != null) {
      before.younger = after;
    }
    body.older = null;
    body.younger = null;
  }

  private synchronized @Nullable OpenBody next() {
    OpenBody next = youngest;
    if (next == null) {
      closed = true;
    } else {
      remove(next);
    }
    return next;
  }

  /**
   * Closes all that are open, in the task whose stretch ends. One that another task is stepping now
   * goes over to that task.
   *
   * @param failure with what the stretch ends, or null
   * @return that failure with those of the bodies as suppressed; else theirs, or null
   */
  public @Nullable Throwable close(@Nullable Throwable failure) {
    Throwable all = failure;
    for (OpenBody body = next(); body != null; body = next()) {
      try {
        body.closeWithStretch();
      } catch (Throwable t) {
        if (all == null) {
          all = t;
        } else if (all != t) {
          all.addSuppressed(t);
        }
      }
    }
    return all;
  }
}
