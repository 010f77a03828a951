package dev.treadle.offload;

import dev.treadle.offload.internal.Board;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The workers of a pool, from their start to their end. On the loop's thread. */
final class Crew {
  private final Dispatcher pool;
  private final Launcher launcher;
  private final Starts starts = new Starts();
  private final WorkerOutputHandler output;

  /** Those that start or take calls, or will when they are done with theirs. */
  private final List<WorkerSlot> live = new ArrayList<>();

  /** Those that have been asked to end, or killed, or have ended by themselves. */
  private final List<WorkerSlot> leaving = new ArrayList<>();

  private @Nullable WorkerPort port;
  private int started;

  Crew(Dispatcher pool) {
    this.pool = pool;
    this.launcher = new Launcher(pool);
    this.output = pool.options.output == null ? new TaggedOutput() : pool.options.output;
  }

  List<WorkerSlot> live() {
    return live;
  }

  List<WorkerSlot> all() {
    List<WorkerSlot> all = new ArrayList<>(live);
    all.addAll(leaving);
    return all;
  }

  boolean isEmpty() {
    return live.isEmpty() && leaving.isEmpty();
  }

  /** Starts workers for so many calls that wait, as many as there may be. */
  void enlist(int waiting, long now) {
    int starting = 0;
    for (WorkerSlot worker : live) {
      starting += worker.life.isStarting() ? 1 : 0;
    }
    int wanted = Math.min(waiting - starting, pool.options.workers - live.size());
    if (wanted <= 0) {
      return;
    }
    if (!starts.isOpen(now)) {
      WorkerStartException refusal = starts.refusal();
      if (refusal != null && live.isEmpty()) {
        pool.failWaiting(refusal);
      } else {
        pool.alarm.at(starts.notBefore());
      }
      return;
    }
    // After a failure one at a time: it may well fail, too.
    for (int i = starts.isTroubled() ? wanted - 1 : 0; i < wanted; i++) {
      start(now);
    }
  }

  private void start(long now) {
    if (port == null) {
      port = WorkerPort.open(pool, launcher.socket(), this::portFailed);
    }
    started++;
    WorkerSlot worker = new WorkerSlot(pool, started, output);
    live.add(worker);
    worker.life.deadline(now + Watch.nanos(pool.options.startTimeout));
    launcher.launch(worker);
  }

  private void portFailed(Throwable cause) {
    port = null;
    for (WorkerSlot worker : List.copyOf(live)) {
      startFailed(worker, "no worker can connect at " + launcher.socket(), cause);
    }
  }

  /** The one to be sent a call ahead; null when none may be. */
  @Nullable WorkerSlot leastBusy(long now) {
    WorkerSlot least = null;
    for (int i = 0; i < live.size(); i++) {
      WorkerSlot worker = live.get(i);
      if ((least == null || worker.inFlight() < least.inFlight()) && worker.mayTakeAhead(now)) {
        least = worker;
      }
    }
    return least;
  }

  void ready() {
    starts.succeeded();
  }

  /** Asks a worker to end that has no calls. */
  void dismiss(WorkerSlot worker, long now) {
    left(worker);
    worker.end(now);
  }

  void kill(WorkerSlot worker) {
    left(worker);
    worker.life.kill();
  }

  /** It counts no more. */
  void left(WorkerSlot worker) {
    if (live.remove(worker)) {
      leaving.add(worker);
      pool.gone(worker);
    }
  }

  /** Nothing of it is left but files. */
  void over(WorkerSlot worker, @Nullable Board board, boolean neverReady) {
    left(worker);
    leaving.remove(worker);
    pool.clerk.run(
        "deleting what worker " + worker.number + " has left",
        () -> launcher.sweep(worker.number, board));
    if (neverReady) {
      int signal = Signals.of(worker.life.exitCode());
      failed(
          worker,
          signal > 0
              ? "it was ended by " + Signals.name(signal)
              : "it exited with " + worker.life.exitCode(),
          null);
    }
  }

  void startFailed(WorkerSlot worker, String what, Throwable cause) {
    kill(worker);
    failed(worker, what, cause);
    pool.settle();
  }

  private void failed(WorkerSlot worker, String what, @Nullable Throwable cause) {
    String said =
        worker.lines.last().stream().map(String::strip).collect(Collectors.joining(" | "));
    WorkerStartException failure =
        new WorkerStartException(
            "worker did not start: pool="
                + pool.options.name
                + " command="
                + launcher.describe()
                + " cause="
                + what
                + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage())
                + (said.isEmpty() ? "" : " output=" + said)
                + "; mend what it says, or the options of ProcessPool.builder()",
            cause);
    starts.failed(failure, System.nanoTime());
    WorkerStartException refusal = starts.refusal();
    if (refusal == null) {
      pool.alarm.at(starts.notBefore());
    } else if (live.isEmpty()) {
      pool.failWaiting(refusal);
    }
  }

  /** Lets go of everything. */
  void close() {
    if (port != null) {
      port.close();
    }
  }
}
