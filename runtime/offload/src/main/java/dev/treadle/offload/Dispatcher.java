package dev.treadle.offload;

import dev.treadle.Loop;
import dev.treadle.offload.internal.Board;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Segments;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives a process pool's calls to its workers. An idle worker is used before another is started,
 * the one that was busy last first; when all are busy and their calls are short, they are sent some
 * ahead; what was sent ahead of a call that turns out long goes to the next idle one. How many
 * workers are started is decided by how many live at that moment, so that nothing that is counted
 * can be lost.
 *
 * <p>Confined to the loop's thread.
 */
final class Dispatcher {
  /** A worker that was asked to end, or whose output somebody else still has, gets that long. */
  static final long END_NANOS = TimeUnit.SECONDS.toNanos(5);

  static final long EXIT_NANOS = TimeUnit.SECONDS.toNanos(2);
  static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  static final long GREETING_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What was sent ahead of a call that has taken that long is taken back for an idle worker. */
  private static final long LONG_NANOS = 2 * Pace.SHORT_NANOS;

  private static final System.Logger LOG = System.getLogger("dev.treadle.offload.ProcessPool");

  final Loop loop;
  final ProcessPoolBuilder options;
  final Segments segments;
  final @Nullable Encoded initializer;
  final Clerk clerk;
  final Alarm alarm;
  final Answers answers;
  final Watch watch;

  private final Crew crew;
  private final Backlog queue = new Backlog();
  private final ArrayDeque<WorkerSlot> idle = new ArrayDeque<>();

  /** Those with something to be flushed. */
  private final ArrayList<WorkerLink> touched = new ArrayList<>();

  private final PoolEnd end;
  private int unfinished;
  private boolean settlingSoon;
  private long now;

  Dispatcher(Loop loop, ProcessPoolBuilder options, Segments segments, @Nullable Encoded first) {
    this.loop = loop;
    this.options = options;
    this.segments = segments;
    this.initializer = first;
    this.clerk = new Clerk(options.name);
    this.answers = new Answers(this);
    this.crew = new Crew(this);
    this.watch = new Watch(this, crew);
    this.alarm = new Alarm(loop, this::look);
    this.end = new PoolEnd(this, crew);
  }

  PoolEnd end() {
    return end;
  }

  /** The time of the event that is being dealt with, or a little before. */
  long now() {
    return now;
  }

  /** Something has come in. */
  void awake() {
    now = System.nanoTime();
  }

  List<WorkerInfo> workers() {
    return crew.live().stream().map(WorkerSlot::info).toList();
  }

  /** Takes in a call; {@link #settle} is to follow in this turn. */
  void submit(PoolCall<?> call) {
    unfinished++;
    if (call.isDone()) {
      answers.finish(call);
      return;
    }
    Throwable refusal = end.isOver() ? end.refusal() : answers.refusal(call);
    if (refusal == null) {
      queue.add(call);
    } else {
      answers.fail(call, refusal);
    }
  }

  /** The same, and what it leads to is sent in the next turn, with what else there is by then. */
  void submitSoon(PoolCall<?> call) {
    submit(call);
    settleSoon();
  }

  /** To be done before all others, in that order. */
  void requeue(List<PoolCall<?>> calls) {
    queue.addFirst(calls);
  }

  /** Gives out what there is and sends it. */
  void settle() {
    settlingSoon = false;
    now = System.nanoTime();
    dispatch();
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flush();
    }
    touched.clear();
    end.look();
  }

  void touched(WorkerLink link) {
    if (touched.isEmpty() || touched.getLast() != link) {
      touched.add(link);
    }
  }

  private void dispatch() {
    boolean asked = false;
    for (PoolCall<?> call = queue.first(); call != null; call = queue.first()) {
      WorkerSlot worker = takeIdle();
      if (worker == null) {
        if (!asked) {
          asked = true;
          crew.enlist(queue.size(), now);
          if (queue.first() == null) {
            return;
          }
        }
        worker = crew.leastBusy(now);
      }
      if (worker == null) {
        return;
      }
      queue.removeFirst();
      worker.send(call, now);
    }
    if (!idle.isEmpty()) {
      takeBack();
    }
  }

  private @Nullable WorkerSlot takeIdle() {
    WorkerSlot last = idle.pollLast();
    while (last != null && !last.isTaking()) {
      last = idle.pollLast();
    }
    return last;
  }

  /** Somebody is idle and nobody waits but those that were sent ahead. */
  private void takeBack() {
    for (WorkerSlot worker : crew.live()) {
      if (worker.inFlight() > 1) {
        if (worker.headNanos(now) < LONG_NANOS) {
          alarm.at(worker.headSince() + LONG_NANOS);
        } else {
          List<PoolCall<?>> calls = worker.takeBack();
          if (!calls.isEmpty()) {
            requeue(calls);
            dispatch();
            return;
          }
        }
      }
    }
  }

  /** Fails all calls that wait for a worker. */
  void failWaiting(Throwable failure) {
    for (PoolCall<?> call = queue.first(); call != null; call = queue.first()) {
      queue.removeFirst();
      answers.fail(call, failure);
    }
  }

  /** A call was cancelled. Any thread. */
  void stopped(PoolCall<?> call) {
    if (loop.isLoopThread() && !loop.isClosed()) {
      drop(call);
    } else {
      end.handOver(() -> drop(call));
    }
  }

  /** A call is over that a worker may have. */
  void drop(PoolCall<?> call) {
    if (call.over) {
      return;
    }
    WorkerSlot worker = call.slot();
    boolean kill = worker != null && worker.drop(call);
    answers.finish(call);
    if (kill && worker != null) {
      crew.kill(worker);
    }
    if (worker == null && !answers.isReading(call)) {
      queue.dropped();
    }
    settleSoon();
  }

  /** {@link #settle} in the next turn. */
  private void settleSoon() {
    if (!settlingSoon && !loop.isClosed()) {
      settlingSoon = true;
      loop.callSoon(this::settle);
    }
  }

  /** A worker takes calls. */
  void ready(WorkerSlot worker) {
    crew.ready();
    idle.addLast(worker);
    if (options.niceness > 0) {
      long pid = worker.life.pid();
      clerk.run("lowering a worker's priority", () -> Niceness.set(pid, options.niceness));
    }
    watch.looked(worker);
    settle();
  }

  /** A worker has no calls. */
  void idle(WorkerSlot worker) {
    if (worker.isRetiring()) {
      crew.dismiss(worker, now);
    } else {
      idle.addLast(worker);
      watch.looked(worker);
    }
  }

  void gone(WorkerSlot worker) {
    idle.remove(worker);
  }

  /** A worker's connection is gone; those calls it had not begun. */
  void lost(WorkerSlot worker, List<PoolCall<?>> calls) {
    crew.left(worker);
    requeue(calls);
    settle();
  }

  void kill(WorkerSlot worker) {
    crew.kill(worker);
  }

  void startFailed(WorkerSlot worker, String what, Throwable cause) {
    crew.startFailed(worker, what, cause);
  }

  /** Nothing of a worker is left but files. */
  void over(WorkerSlot worker, @Nullable Board board, boolean neverReady) {
    crew.over(worker, board, neverReady);
    for (PoolCall<?> call : worker.victims()) {
      answers.crashed(call, worker);
    }
    settle();
  }

  /** Also one that was killed before it could connect: it is no stranger. */
  @Nullable WorkerSlot bySecret(byte[] secret) {
    for (WorkerSlot worker : crew.all()) {
      if (worker.isExpecting(secret)) {
        return worker;
      }
    }
    return null;
  }

  private void look() {
    now = System.nanoTime();
    watch.look(now);
    settle();
  }

  void finished() {
    unfinished--;
  }

  int unfinished() {
    return unfinished;
  }

  /** Every call that is not over, those that wait last. */
  List<PoolCall<?>> calls() {
    List<PoolCall<?>> all = new ArrayList<>();
    crew.all().forEach(worker -> worker.collect(all));
    queue.collect(all);
    answers.collect(all);
    all.removeIf(call -> call.over);
    return all;
  }

  /** The pool's loop has ended before the pool. */
  void portClosed() {
    end.loopEnds();
  }

  void log(String what, @Nullable Throwable cause) {
    LOG.log(System.Logger.Level.WARNING, what + ": pool=" + options.name, cause);
  }
}
