package dev.treadle.offload;

import dev.treadle.offload.internal.Board;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A worker as its pool sees it: the calls it has been sent and what it answers. Only the first of
 * them can have begun, since each answer is sent before the next call begins. On the loop's thread
 * but for {@link #report()}.
 */
final class WorkerSlot {
  final int number;
  final WorkerLines lines;
  final WorkerLife life;
  private final Dispatcher pool;
  private final InFlight inFlight = new InFlight();

  /** What it will show; made with its process. */
  private volatile byte @Nullable [] secret;

  /** How many it may have been sent; few when they take long. */
  private final Pace pace = new Pace();

  /** When the first of them became the first. */
  private long headSince;

  private long answered;
  private volatile boolean hasAnswered;
  private volatile @Nullable Board board;
  private @Nullable WorkerLink link;
  private boolean retiring;

  /** The call it was at when its connection ended. */
  private final List<PoolCall<?>> victims = new ArrayList<>();

  /** What it used when last looked at, in bytes, and when that was. */
  long memory;

  long memoryAt;

  WorkerSlot(Dispatcher pool, int number, WorkerOutputHandler output) {
    this.pool = pool;
    this.number = number;
    this.life = new WorkerLife(pool, this);
    this.lines = new WorkerLines((error, text) -> output.line(number, life.pid(), error, text));
  }

  /** Any thread. */
  void expect(byte[] toShow) {
    secret = toShow;
  }

  /** Whether it is this one, still to connect, that would show that. */
  boolean isExpecting(byte[] shown) {
    byte[] expected = secret;
    return life.isToConnect() && expected != null && Frames.sameSecret(expected, shown);
  }

  /** Whether it may be sent calls. */
  boolean isTaking() {
    return life.isReady() && !retiring;
  }

  int inFlight() {
    return inFlight.size();
  }

  /** How long the call it is at has been there. */
  long headNanos(long now) {
    return now - headSince;
  }

  long headSince() {
    return headSince;
  }

  @Nullable PoolCall<?> headCall() {
    return inFlight.first();
  }

  /** Whether it may be sent one more, though it has some. */
  boolean mayTakeAhead(long now) {
    return isTaking()
        && inFlight() < pace.ahead(headNanos(now))
        && answered + inFlight() < pool.options.recycleAfter
        && link != null
        && link.isWritable();
  }

  WorkerInfo info() {
    return new WorkerInfo(number, life.pid(), life.isReady(), answered, inFlight());
  }

  List<PoolCall<?>> victims() {
    return victims;
  }

  /** What it has last said of its progress. Any thread. */
  Board.@Nullable Report report() {
    Board page = board;
    try {
      return page == null ? null : page.progress();
    } catch (IllegalStateException closedMeanwhile) {
      return null;
    }
  }

  void started(Process process, Board newBoard) {
    board = newBoard;
    life.started(process);
  }

  /** The worker has said who it is. */
  void connected(WorkerLink newLink) {
    link = newLink;
    life.connected();
    if (life.isKilled()) {
      newLink.close();
    } else if (pool.initializer == null) {
      life.greeted();
    } else {
      // That may take as long as it likes.
      life.deadline(0);
      newLink.send(Frames.INITIALIZE, InFlight.INITIALIZER, pool.initializer);
      newLink.flush();
    }
  }

  void send(PoolCall<?> call, long now) {
    WorkerLink to = link;
    if (to == null || call.encoded == null) {
      throw new AssertionError("no connection or nothing to send: call=" + call);
    }
    long seq = inFlight.add(call);
    call.at(this, seq);
    call.sent++;
    if (seq == inFlight.head()) {
      becomeHead(call, now);
    }
    to.send(Frames.CALL, seq, call.encoded);
    pool.touched(to);
  }

  private void becomeHead(PoolCall<?> call, long now) {
    headSince = now;
    pool.watch.begins(call, now);
  }

  void received(byte kind, long seq, ByteBuffer payload) {
    switch (kind) {
      case Frames.READY -> life.greeted();
      case Frames.INITIALIZER_FAILED ->
          pool.startFailed(this, "the initializer failed", pool.answers.failure(payload));
      case Frames.RESULT, Frames.STORED_RESULT, Frames.FAILURE, Frames.FATAL, Frames.REVOKED ->
          answer(kind, seq, payload);
      default -> throw new IllegalStateException("reading a frame: kind=" + kind);
    }
  }

  private void answer(byte kind, long seq, ByteBuffer payload) {
    if (seq != inFlight.head() || inFlight() == 0) {
      throw new IllegalStateException(
          "reading an answer: seq=" + seq + " expected=" + inFlight.head());
    }
    PoolCall<?> call = inFlight.removeFirst();
    if (kind != Frames.REVOKED) {
      answered++;
      hasAnswered = true;
      pace.took(Codec.tookNanos(payload));
    }
    if (kind == Frames.FATAL || answered >= pool.options.recycleAfter) {
      retire(inFlight.head());
    }
    PoolCall<?> next = headCall();
    if (next != null) {
      becomeHead(next, pool.now());
    }
    if (inFlight() == 0 && life.isReady()) {
      pool.idle(this);
    }
    if (call != null && !call.over) {
      pool.answers.deliver(this, call, kind, payload);
    }
  }

  /** Something comes in. */
  void receiving() {
    pool.awake();
  }

  /** All that has come in has been dealt with, or more may be sent. */
  void settle() {
    pool.settle();
  }

  /** It takes no more calls, and is to be ended when it is done with the one that it is at. */
  void retire() {
    retire(inFlight.head() + 1);
  }

  /** Those it has not begun are done elsewhere; it answers that they were revoked. */
  private void retire(long from) {
    Board page = board;
    if (!retiring && page != null) {
      inFlight.revoke(page, from);
    }
    retiring = true;
  }

  /** Whether it has done something. */
  boolean isProven() {
    return answered > 0;
  }

  /** The same. Any thread. */
  boolean hasAnswered() {
    return hasAnswered;
  }

  boolean isRetiring() {
    return retiring;
  }

  /** Asks it to end; it has no calls. */
  void end(long now) {
    if (life.isReady() && link != null) {
      link.send(Frames.END);
      link.flush();
      life.leave(now);
    } else {
      life.kill();
    }
  }

  /**
   * The call is not wanted any more. Whatever the worker is at, that does no harm to another call:
   * see {@link Board#doom}.
   *
   * @return whether the worker was in it and has to be killed
   */
  boolean drop(PoolCall<?> call) {
    Board page = board;
    if (page == null) {
      return false;
    }
    page.revoke(call.seq);
    return page.doom(call.seq);
  }

  /**
   * Takes back the calls that wait for a first one that takes long.
   *
   * @return them in order; empty when that has just ended
   */
  List<PoolCall<?>> takeBack() {
    Board page = board;
    if (page == null) {
      return List.of();
    }
    inFlight.revoke(page, inFlight.head() + 1);
    pace.slow();
    // While it is at the first it has not looked at the others: it will find them revoked. If it
    // is not, it says of each whether it was.
    return page.running() == inFlight.head() ? inFlight.take(inFlight.head() + 1) : List.of();
  }

  /** Adds the calls that it has. */
  void collect(List<PoolCall<?>> into) {
    inFlight.collect(into);
    into.addAll(victims);
  }

  /** It speaks nonsense, or cannot be spoken to. */
  void broken(Throwable cause) {
    if (life.isSpokenTo()) {
      pool.log("worker " + number + " is ended: its connection broke", cause);
      pool.kill(this);
    }
  }

  /**
   * The connection is at its end, with all that the worker had sent. The first call may have begun;
   * more of them only if what it had sent could not be read.
   */
  void disconnected() {
    life.disconnected();
    Board page = board;
    long begun = page == null ? 0 : page.begun();
    while (inFlight() > 0 && inFlight.head() <= begun) {
      PoolCall<?> call = inFlight.removeFirst();
      if (call != null && !call.over) {
        call.at(null, 0);
        victims.add(call);
      }
    }
    pool.lost(this, inFlight.takeAll());
    life.look();
  }

  /** Nothing of it is left but files. */
  void over(boolean neverReady) {
    Board page = board;
    board = null;
    pool.over(this, page, neverReady);
  }
}
