package dev.treadle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The threads of one loop on which {@link Treadle#onThread} runs what may block; {@link
 * ThreadLimiter}s see to it that there are not too many. None is started before it is used; an idle
 * one ends by itself, all end with the loop. Confined to the loop's thread.
 *
 * <p>Not an executor: the loop's thread hands work to a thread it knows to be idle, without a lock
 * and without a thread too many, and can say what each one is doing.
 */
final class ThreadPool {
  private final String loop;

  /** Those without work, the last used at the end; some may have ended meanwhile. */
  private final Deque<Worker> idle = new ArrayDeque<>();

  /** Those with work; looked at by other threads when the loop does not end. */
  private final Set<Worker> busy = ConcurrentHashMap.newKeySet();

  private int started;

  ThreadPool(String loop) {
    this.loop = loop;
  }

  /** Runs the work on an idle thread or a new one. */
  void execute(Worker.Work work) {
    for (Worker last = idle.pollLast(); last != null; last = idle.pollLast()) {
      if (last.offer(work)) {
        busy.add(last);
        return;
      }
    }
    Worker fresh = new Worker(loop + "-thread-" + started, work);
    started++;
    busy.add(fresh);
    try {
      fresh.start();
    } catch (Throwable unable) {
      busy.remove(fresh);
      throw unable;
    }
  }

  /** The thread's work is done. */
  void ended(Worker worker) {
    busy.remove(worker);
    // What ended of old age lies at the other end.
    while (!idle.isEmpty() && idle.getFirst().hasRetired()) {
      idle.removeFirst();
    }
    idle.addLast(worker);
  }

  /** The same when the loop is closed, on the thread itself. */
  void endedLate(Worker worker) {
    busy.remove(worker);
    worker.retire();
  }

  /** Whether a thread has work. */
  boolean isBusy() {
    return !busy.isEmpty();
  }

  /** The threads with work, and where they are. Any thread. */
  List<ShutdownReport.Entry> busy() {
    return busy.stream().map(ShutdownReport.Entry::of).toList();
  }

  /** Lets the idle threads end now, the others after what they do; those are interrupted. */
  void close() {
    idle.forEach(Worker::retire);
    idle.clear();
    busy.forEach(
        worker -> {
          worker.retire();
          worker.work().interrupt();
        });
  }
}
