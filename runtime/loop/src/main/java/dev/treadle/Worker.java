package dev.treadle;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a {@link ThreadPool}, with a slot that holds what it is to do next. The pool puts
 * work in, the thread takes it out or, when none has come for long, closes the slot; a
 * compare-and-set decides, so that no work lies in a slot nobody looks into any more.
 */
final class Worker implements Runnable {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What it can be given to do. */
  interface Work {
    void run(Worker worker);

    /** Interrupts it, or keeps it from beginning. Any thread. */
    void interrupt();

    /** Whose it is, as a report says. */
    String owner();
  }

  /** In the slot: nothing more goes in. */
  private static final Object RETIRED = new Object();

  private final AtomicReference<@Nullable Object> slot = new AtomicReference<>();
  private final Thread thread;
  private final long idleNanos;

  /** Until it begins; the thread's own. */
  private @Nullable Work first;

  /** Said by who gives it, so that work that lies in the slot can be interrupted, too. */
  private volatile Work work;

  Worker(String name, Work first) {
    this(name, first, IDLE_NANOS);
  }

  Worker(String name, Work first, long idleNanos) {
    this.first = first;
    this.work = first;
    this.idleNanos = idleNanos;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  Thread thread() {
    return thread;
  }

  /** What it does, or did last. */
  Work work() {
    return work;
  }

  /** Gives it work; false when it has ended. Only while it is idle, and from one thread. */
  boolean offer(Work next) {
    if (!slot.compareAndSet(null, next)) {
      return false;
    }
    work = next;
    LockSupport.unpark(thread);
    return true;
  }

  /** Lets it end as soon as it is idle. */
  void retire() {
    if (slot.compareAndSet(null, RETIRED)) {
      LockSupport.unpark(thread);
    }
  }

  boolean hasRetired() {
    return slot.get() == RETIRED;
  }

  @Override
  public void run() {
    Work begun = first;
    first = null;
    for (Work next = begun; next != null; next = take()) {
      next.run(this);
    }
  }

  private @Nullable Work take() {
    long end = System.nanoTime() + idleNanos;
    while (true) {
      Object found = slot.get();
      if (found instanceof Work next) {
        slot.set(null);
        return next;
      }
      if (found == RETIRED) {
        return null;
      }
      long left = end - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
        // Nobody interrupts an idle thread on purpose, and it must not spin for it.
        Thread.interrupted();
      } else if (slot.compareAndSet(null, RETIRED)) {
        return null;
      }
    }
  }
}
