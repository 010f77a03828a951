package dev.treadle.offload;

import dev.treadle.Hold;
import dev.treadle.offload.internal.Board;
import dev.treadle.offload.internal.Encoded;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call of a process pool. Confined to the pool's loop but for what {@link Call} offers. */
final class PoolCall<T extends @Nullable Object> extends Call<T> {
  final CallOptions options;
  private final Dispatcher dispatcher;

  /** Null once it is over, so that a handle that is kept does not keep what was sent. */
  @Nullable Encoded encoded;

  /** Of the pool's loop, or of that of the submitter: virtual clocks are not to jump. */
  @Nullable Hold hold;

  /** The earlier crashes. */
  List<WorkerCrashedException> crashes = List.of();

  /** Which it is for its worker; written before {@link #slot}. */
  long seq;

  /** How many workers it has been sent to; the same one twice counts twice. */
  int sent;

  boolean over;

  /** Who has it now. */
  private volatile @Nullable WorkerSlot slot;

  private volatile @Nullable Progress progress;

  PoolCall(String name, Dispatcher dispatcher, Encoded encoded, CallOptions options) {
    super(name);
    this.dispatcher = dispatcher;
    this.encoded = encoded;
    this.options = options;
  }

  /** A worker has it, or none any more. */
  void at(@Nullable WorkerSlot worker, long number) {
    seq = number;
    slot = worker;
  }

  @Nullable WorkerSlot slot() {
    return slot;
  }

  @Override
  public @Nullable Progress progress() {
    WorkerSlot worker = slot;
    if (worker != null) {
      long number = seq;
      Board.Report report = worker.report();
      if (report != null && report.seq() == number && slot == worker) {
        progress = new Progress(report.done(), report.total(), report.message());
      }
    }
    return progress;
  }

  @Override
  void stop() {
    dispatcher.stopped(this);
  }

  // What a step gives is what its type says, or await's cast fails.
  @SuppressWarnings({"unchecked", "NullAway"})
  void succeedWith(@Nullable Object value) {
    succeed((T) value);
  }
}
