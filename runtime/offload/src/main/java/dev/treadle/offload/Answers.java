package dev.treadle.offload;

import dev.treadle.offload.WorkerCrashedException.Ending;
import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Frames;
import dev.treadle.offload.internal.MalformedException;
import dev.treadle.offload.internal.Stored;
import dev.treadle.offload.internal.UnsendableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a pool's calls: values, failures, crashes and second tries. On the loop. */
final class Answers {
  private final Dispatcher pool;
  private final Quarantine quarantine;

  Answers(Dispatcher pool) {
    this.pool = pool;
    this.quarantine = new Quarantine(pool.options.quarantineAfter);
  }

  void forgive() {
    quarantine.forgive();
  }

  /** A worker has answered. */
  void deliver(WorkerSlot slot, PoolCall<?> call, byte kind, ByteBuffer payload) {
    switch (kind) {
      case Frames.REVOKED -> pool.requeue(List.of(call));
      case Frames.RESULT -> result(call, payload);
      case Frames.FAILURE -> {
        Throwable failure = failure(payload);
        finish(call);
        call.fail(failure);
      }
      default -> {
        Throwable cause = failure(payload);
        crashed(
            call,
            new WorkerCrashedException(
                call.name(),
                slot.life.pid(),
                Ending.OUT_OF_MEMORY,
                0,
                slot.memory,
                slot.lines.last(),
                cause));
      }
    }
  }

  private void result(PoolCall<?> call, ByteBuffer payload) {
    Object value;
    try {
      value = Codec.decodeResult(payload, pool.segments, pool.options.filter);
    } catch (MalformedException broken) {
      finish(call);
      call.fail(broken);
      throw broken;
    } catch (Throwable unreadable) {
      // Fails its call only, whatever the classes of the value have done.
      finish(call);
      call.fail(unreadable);
      return;
    }
    Encoded encoded = call.encoded;
    if (encoded != null) {
      quarantine.succeeded(encoded);
    }
    finish(call, true);
    call.succeedWith(value);
  }

  /** What a worker says of a failure. */
  Throwable failure(ByteBuffer payload) {
    Throwable failure = Codec.decodeFailure(payload, pool.segments, pool.options.filter);
    return failure instanceof UnsendableException unsendable
        ? ProcessPool.notSendable(unsendable)
        : failure;
  }

  /** The worker that did it has ended. */
  void crashed(PoolCall<?> call, WorkerSlot slot) {
    if (!call.over) {
      int signal = Signals.of(slot.life.exitCode());
      crashed(
          call,
          new WorkerCrashedException(
              call.name(),
              slot.life.pid(),
              signal > 0 ? Ending.SIGNAL : Ending.EXIT,
              signal > 0 ? signal : slot.life.exitCode(),
              slot.memory,
              slot.lines.last(),
              null));
    }
  }

  private void crashed(PoolCall<?> call, WorkerCrashedException crash) {
    Encoded encoded = call.encoded;
    boolean quarantined = encoded != null && quarantine.crashed(encoded, crash);
    List<WorkerCrashedException> earlier = call.crashes;
    if (!quarantined && earlier.size() < call.options.retries()) {
      call.crashes = new ArrayList<>(earlier);
      call.crashes.add(crash);
      pool.requeue(List.of(call));
      return;
    }
    earlier.forEach(crash::addSuppressed);
    finish(call);
    call.fail(crash);
  }

  /** Why the call is not even tried; null when it is. */
  @Nullable Throwable refusal(PoolCall<?> call) {
    Encoded encoded = call.encoded;
    WorkerCrashedException last = encoded == null ? null : quarantine.refusal(encoded);
    return last == null ? null : new QuarantinedException(call.name(), last);
  }

  void fail(PoolCall<?> call, Throwable failure) {
    if (!call.over) {
      finish(call);
      call.fail(failure);
    }
  }

  /** It is over, and nothing of it is kept. Before whoever waits for it is told. */
  void finish(PoolCall<?> call) {
    finish(call, false);
  }

  private void finish(PoolCall<?> call, boolean succeeded) {
    Encoded encoded = call.encoded;
    call.over = true;
    call.encoded = null;
    call.at(null, 0);
    if (encoded != null && !encoded.files().isEmpty()) {
      // Its worker has read what it needs, and nobody else has had it.
      letGo(encoded.files(), succeeded && call.sent == 1);
    }
    if (call.hold != null) {
      call.hold.close();
      call.hold = null;
    }
    pool.finished();
  }

  private void letGo(List<Stored> files, boolean again) {
    List<Stored> rest = files;
    if (again) {
      // At once: the next call, which whoever waits for this one submits, is to find them.
      rest = pool.segments.giveBack(files, System.nanoTime());
      pool.watch.keeps();
    }
    if (!rest.isEmpty()) {
      List<Stored> unread = rest;
      pool.clerk.run("deleting " + unread, () -> pool.segments.discard(unread));
    }
  }
}
