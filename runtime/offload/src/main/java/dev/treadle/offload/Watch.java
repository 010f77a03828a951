package dev.treadle.offload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a pool looks at now and then: limits of calls, workers that take too long to start or to
 * end, and how much memory they use. On the loop's thread.
 */
final class Watch {
  private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MEMORY_SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String RESIDENT = "VmRSS:";
  private static final String RESIDENT_SHARED = "RssShmem:";

  private final Dispatcher pool;

  /** Connections that have not said who they are. */
  private final List<Stranger> strangers = new ArrayList<>();

  private final Crew crew;

  /** When to look whether files in memory are still used; 0: there are none. */
  private long letGoAt;

  Watch(Dispatcher pool, Crew crew) {
    this.pool = pool;
    this.crew = crew;
  }

  /** So long a time that it does not matter, when it is longer than nanoseconds can say. */
  static long nanos(Duration time) {
    return time.compareTo(Duration.ofDays(36_500)) > 0
        ? TimeUnit.DAYS.toNanos(36_500)
        : time.toNanos();
  }

  /** A connection that has until then to say who it is. */
  void add(Stranger stranger, long until) {
    strangers.add(stranger);
    pool.alarm.at(until);
  }

  /** Whether a connection is no stranger any more, one way or the other. */
  interface Stranger {
    boolean isGone(long now);
  }

  /** A call may begin now. */
  void begins(PoolCall<?> call, long now) {
    Duration timeout = call.options.timeout();
    if (timeout != null) {
      pool.alarm.at(now + nanos(timeout));
    }
  }

  /** Files in memory may wait for their next use. */
  void keeps() {
    if (letGoAt == 0 && pool.segments.isAnyIdle()) {
      letGoAt = System.nanoTime() + pool.segments.keepNanos();
      pool.alarm.at(letGoAt);
    }
  }

  private void lookAtFiles(long now) {
    if (letGoAt == 0) {
      return;
    }
    if (letGoAt - now > 0) {
      pool.alarm.at(letGoAt);
      return;
    }
    letGoAt = 0;
    pool.clerk.run("giving shared memory back", () -> pool.segments.letGo(System.nanoTime()));
    // Those that have been used meanwhile are looked at once more.
    keeps();
  }

  void look(long now) {
    for (WorkerSlot worker : crew.all()) {
      long deadline = worker.life.deadline();
      if (deadline != 0) {
        if (deadline - now <= 0) {
          worker.life.expired();
        } else {
          pool.alarm.at(deadline);
        }
      }
      lookAtCall(worker, now);
      if (worker.inFlight() > 0 && now - worker.memoryAt >= MEMORY_NANOS) {
        lookAtMemory(worker, now);
      }
    }
    strangers.removeIf(stranger -> stranger.isGone(now));
    lookAtFiles(now);
  }

  private void lookAtCall(WorkerSlot worker, long now) {
    PoolCall<?> call = worker.headCall();
    Duration timeout = call == null ? null : call.options.timeout();
    if (call == null || timeout == null || call.over) {
      return;
    }
    long left = nanos(timeout) - worker.headNanos(now);
    if (left > 0) {
      pool.alarm.at(now + left);
      return;
    }
    boolean first = call.fail(new CallTimeoutException(call.name(), timeout));
    if (first) {
      pool.drop(call);
    }
  }

  /** Whether it is time to look how much memory a worker has that has done something. */
  void looked(WorkerSlot worker) {
    long now = pool.now();
    if (now - worker.memoryAt
        >= (pool.options.recycleAbove == Long.MAX_VALUE ? MEMORY_NANOS : MEMORY_SOON_NANOS)) {
      lookAtMemory(worker, now);
    }
  }

  private void lookAtMemory(WorkerSlot worker, long now) {
    worker.memoryAt = now;
    pool.alarm.at(now + MEMORY_NANOS);
    long pid = worker.life.pid();
    pool.clerk.run(
        "looking at the memory of worker " + worker.number,
        () -> {
          long bytes = resident(pid, pool.segments.lentBytes());
          if (bytes > 0) {
            pool.end().handOver(() -> measured(worker, bytes));
          }
        });
  }

  private void measured(WorkerSlot worker, long bytes) {
    worker.memory = bytes;
    // One that is too large from the start is of some use all the same.
    if (bytes > pool.options.recycleAbove && worker.isTaking() && worker.isProven()) {
      worker.retire();
      if (worker.inFlight() == 0) {
        crew.dismiss(worker, System.nanoTime());
      }
      pool.settle();
    }
  }

  /**
   * In bytes; 0 when the system does not say.
   *
   * @param lent how much shared memory it may have that is the pool's, and goes by itself
   */
  private static long resident(long pid, long lent) {
    long all = 0;
    long shared = 0;
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
      for (String line : lines) {
        if (line.startsWith(RESIDENT)) {
          all = bytes(line);
        } else if (line.startsWith(RESIDENT_SHARED)) {
          shared = bytes(line);
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      // It has ended, or this is not Linux.
    }
    return all - Math.min(shared, lent);
  }

  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }
}
