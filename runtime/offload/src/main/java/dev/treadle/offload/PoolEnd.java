package dev.treadle.offload;

import dev.treadle.Deferred;
import dev.treadle.Hold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The end of a process pool: what was submitted, then the workers, then the files. On the loop. */
final class PoolEnd {
  private final Dispatcher pool;
  private final Crew crew;
  private final Deferred<@Nullable Void> done;
  private final List<Call<?>> cancelled = new ArrayList<>();
  private @Nullable Hold hold;
  private boolean asked;
  private boolean dismissing;
  private boolean over;
  private long graceEnd;
  private boolean hasGrace;

  PoolEnd(Dispatcher pool, Crew crew) {
    this.pool = pool;
    this.crew = crew;
    this.done = new Deferred<>(pool.loop);
  }

  /** Done when nothing of the pool is left. */
  Deferred<@Nullable Void> done() {
    return done;
  }

  /** The calls that were cancelled for the pool's end. After {@link #done}. */
  List<Call<?>> cancelled() {
    return List.copyOf(cancelled);
  }

  boolean isOver() {
    return over;
  }

  Throwable refusal() {
    return ProcessPool.closed(pool.options.name);
  }

  /** Any thread; dropped when the loop is closed, for then the pool is, too. */
  void handOver(Runnable action) {
    try {
      pool.loop.execute(action);
    } catch (RejectedExecutionException closed) {
      // Its workers have been killed.
    }
  }

  /** Ends when all calls are done or, if there is one, the grace is over. */
  void begin(@Nullable Duration grace) {
    if (!asked) {
      asked = true;
      hold = pool.loop.hold("end of pool '" + pool.options.name + "'");
    }
    if (grace != null) {
      long end = System.nanoTime() + Watch.nanos(grace);
      if (!hasGrace || end - graceEnd < 0) {
        hasGrace = true;
        graceEnd = end;
      }
    }
    pool.settle();
  }

  /** Cancels the calls and kills the workers. */
  void force() {
    asked = true;
    cancelCalls();
    for (WorkerSlot worker : crew.all()) {
      crew.kill(worker);
    }
    pool.settle();
  }

  private void cancelCalls() {
    for (PoolCall<?> call : pool.calls()) {
      cancelled.add(call);
      pool.answers.fail(
          call,
          new CancellationException(
              "call '"
                  + call.name()
                  + "' was cancelled: pool="
                  + pool.options.name
                  + " is closed"));
    }
  }

  /** Takes the next step that can be taken; after everything that happens. */
  void look() {
    if (!asked || over) {
      return;
    }
    if (pool.unfinished() > 0) {
      if (hasGrace) {
        if (graceEnd - System.nanoTime() <= 0) {
          force();
          return;
        }
        pool.alarm.at(graceEnd);
      }
      return;
    }
    if (!dismissing) {
      dismissing = true;
      for (WorkerSlot worker : List.copyOf(crew.live())) {
        crew.dismiss(worker, System.nanoTime());
      }
    }
    if (crew.isEmpty()) {
      over = true;
      crew.close();
      pool.clerk.run("deleting the files of " + pool.options.name, this::delete);
    }
  }

  private void delete() {
    try {
      pool.segments.close();
    } finally {
      handOver(this::finish);
    }
  }

  private void deleteAfter(List<WorkerSlot> workers) {
    try {
      for (WorkerSlot worker : workers) {
        worker.life.awaitEnd();
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    pool.segments.close();
  }

  private void finish() {
    if (hold != null) {
      hold.close();
    }
    done.complete(null);
  }

  /**
   * The loop ends, and the pool with it: nothing can be waited for any more. On the loop's thread
   * or, when it has ended, any.
   */
  synchronized void loopEnds() {
    if (over) {
      return;
    }
    asked = true;
    over = true;
    List<WorkerSlot> workers = crew.all();
    cancelCalls();
    workers.forEach(worker -> worker.life.kill());
    // Not by the clerk, which is a daemon: the JVM may be about to end, too.
    new Thread(() -> deleteAfter(workers), pool.options.name + "-end").start();
    finish();
  }
}
