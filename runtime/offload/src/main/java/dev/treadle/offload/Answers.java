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
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of a pool's calls: values, failures, crashes and second tries. On the loop. */
final class Answers {
  /** From so many bytes on a result is not read on the loop, which that would hold up. */
  private static final int LARGE = 1 << 20;

  private final Dispatcher pool;
  private final Quarantine quarantine;

  /** Those that are answered, while the clerk reads what with. */
  private final Set<PoolCall<?>> reading = new LinkedHashSet<>();

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
      case Frames.RESULT -> {
        if (payload.remaining() < LARGE) {
          result(call, payload);
        } else {
          // Larger than what the link reads into: the frame was gathered for itself, and stays.
          readLater(slot, call, payload);
        }
      }
      case Frames.STORED_RESULT -> {
        ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
        readLater(slot, call, copy);
      }
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
    Read read = read(payload);
    end(call, read);
    if (read.failure() instanceof MalformedException broken) {
      throw broken;
    }
  }

  /**
   * What takes long, and waits for files, is not read on the loop. The clerk does one thing after
   * the other: this comes before it deletes what the worker has left.
   */
  private void readLater(WorkerSlot slot, PoolCall<?> call, ByteBuffer payload) {
    // The worker is at others, and is not to be killed for this one.
    call.at(null, 0);
    reading.add(call);
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    pool.clerk.run(
        "reading a result",
        () -> {
          // Classes are found as on the loop.
          Thread.currentThread().setContextClassLoader(loader);
          Read read = read(payload);
          pool.end().handOver(() -> read(slot, call, read));
        });
  }

  private void read(WorkerSlot slot, PoolCall<?> call, Read read) {
    reading.remove(call);
    if (!call.over) {
      end(call, read);
    }
    if (read.failure() instanceof MalformedException broken) {
      slot.broken(broken);
    }
    pool.settle();
  }

  /** Whether its result is there, but not read yet. */
  boolean isReading(PoolCall<?> call) {
    return reading.contains(call);
  }

  void collect(Collection<PoolCall<?>> into) {
    into.addAll(reading);
  }

  /** Any thread. */
  private Read read(ByteBuffer payload) {
    try {
      return new Read(Codec.decodeResult(payload, pool.segments, pool.options.filter), null);
    } catch (Throwable unreadable) {
      // Fails its call only, whatever the classes of the value have done.
      return new Read(null, unreadable);
    }
  }

  private void end(PoolCall<?> call, Read read) {
    Throwable failure = read.failure();
    if (failure != null) {
      finish(call);
      call.fail(failure);
      return;
    }
    Encoded encoded = call.encoded;
    if (encoded != null) {
      quarantine.succeeded(encoded);
    }
    finish(call, true);
    call.succeedWith(read.value());
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

  /**
   * What a payload says.
   *
   * @param failure why that cannot be known, or null
   */
  private record Read(@Nullable Object value, @Nullable Throwable failure) {}
}
