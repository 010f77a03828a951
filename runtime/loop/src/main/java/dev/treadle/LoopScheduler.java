package dev.treadle;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A loop as Reactor sees it: work runs as callbacks of the loop, in the order in which it was
 * scheduled, delays by the loop's clock. What the work throws goes to the loop's failure handler.
 * It has no life of its own: it ends with the loop, and refuses work from then on. Any thread.
 */
record LoopScheduler(Loop loop) implements Scheduler {
  /** {@code Mono.block()} on a loop's thread fails with Reactor's own message. */
  static void refuseToBlock() {
    Schedulers.registerNonBlockingThreadPredicate(Loop::isLoopThread);
  }

  @Override
  public Disposable schedule(Runnable task) {
    return new Job(loop, task, null, null).soon();
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return delay <= 0 ? schedule(task) : new Job(loop, task, null, null).after(delay, unit);
  }

  @Override
  public Disposable schedulePeriodically(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return new Job(loop, task, null, duration(period, unit)).after(initialDelay, unit);
  }

  @Override
  public long now(TimeUnit unit) {
    Instant now = loop.clock().instant();
    return unit.convert(Duration.between(Instant.EPOCH, now));
  }

  @Override
  public Worker createWorker() {
    return new LoopWorker(loop, Disposables.composite());
  }

  @Override
  public boolean isDisposed() {
    return loop.isClosed();
  }

  /** Nothing: closing the loop is for whoever has started it. */
  @Override
  public void dispose() {}

  @Override
  public String toString() {
    return "LoopScheduler[" + loop.name() + "]";
  }

  private static Duration duration(long amount, TimeUnit unit) {
    return Duration.ofNanos(unit.toNanos(amount));
  }

  /** What is scheduled through it is cancelled with it. */
  private record LoopWorker(Loop loop, Disposable.Composite jobs) implements Worker {
    @Override
    public Disposable schedule(Runnable task) {
      return added(task, null).soon();
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
      return delay <= 0 ? schedule(task) : added(task, null).after(delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(
        Runnable task, long initialDelay, long period, TimeUnit unit) {
      return added(task, duration(period, unit)).after(initialDelay, unit);
    }

    private Job added(Runnable task, @Nullable Duration period) {
      Job job = new Job(loop, task, jobs, period);
      if (!jobs.add(job)) {
        throw Exceptions.failWithRejected("schedule() refused: worker of loop=" + loop.name());
      }
      return job;
    }

    @Override
    public void dispose() {
      jobs.dispose();
    }

    @Override
    public boolean isDisposed() {
      return jobs.isDisposed();
    }
  }

  /** One piece of work, to be done once or periodically. */
  private static final class Job implements Runnable, Disposable {
    private final Loop loop;
    private final Runnable task;
    private final Disposable.@Nullable Composite owner;
    private final @Nullable Duration period;
    private volatile boolean disposed;

    /** Confined to the loop's thread. */
    private @Nullable Handle timer;

    /** In the loop's time; confined to the loop's thread from when it is armed. */
    private Duration deadline = Duration.ZERO;

    Job(Loop loop, Runnable task, Disposable.@Nullable Composite owner, @Nullable Duration period) {
      this.loop = loop;
      this.task = Schedulers.onSchedule(Objects.requireNonNull(task, "task"));
      this.owner = owner;
      this.period = period;
    }

    Job soon() {
      return accepted(this);
    }

    Job after(long delay, TimeUnit unit) {
      // From now on, however long it takes to get to the loop.
      deadline = loop.time().plus(duration(Math.max(0, delay), unit));
      if (loop.isLoopThread() && !loop.isClosed()) {
        arm();
        return this;
      }
      return accepted(this::arm);
    }

    private Job accepted(Runnable next) {
      try {
        loop.execute(next);
      } catch (RejectedExecutionException closed) {
        done();
        throw Exceptions.failWithRejected(closed);
      }
      return this;
    }

    private void arm() {
      if (!disposed) {
        timer = loop.callAt(deadline, this);
      }
    }

    @Override
    public void run() {
      if (disposed) {
        return;
      }
      try {
        task.run();
      } finally {
        if (period == null) {
          done();
        } else if (!loop.isClosed()) {
          // At a fixed rate, as Reactor's own do.
          deadline = deadline.plus(period);
          arm();
        }
      }
    }

    private void done() {
      disposed = true;
      if (owner != null) {
        owner.remove(this);
      }
    }

    @Override
    public void dispose() {
      if (disposed) {
        return;
      }
      done();
      loop.inlet.run(
          () -> {
            if (timer != null) {
              timer.cancel();
            }
          });
    }

    @Override
    public boolean isDisposed() {
      return disposed;
    }

    @Override
    public String toString() {
      return task.toString();
    }
  }
}
