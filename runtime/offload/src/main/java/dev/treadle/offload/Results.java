package dev.treadle.offload;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a map gives: its results, one after the other.
 *
 * <pre>{@code
 * try (Results<Long> squares = pool.map(n -> n * n, numbers)) {
 *   for (long square : squares) if (square > 1_000) break;     // what is under way is cancelled
 * }
 * }</pre>
 *
 * <p>Nothing happens before the first {@code hasNext} or {@code next}. Each of them reads arguments
 * until as many as may be are in flight, in the calling task or thread, and then waits for a
 * result: it suspends a task and blocks another thread. So arguments are read no further ahead than
 * that, and a source of them may be endless, may await, and may take its time: meanwhile what is
 * under way goes on, and what has arrived is given first. An iterator of it that is {@link
 * AutoCloseable} is closed at the end, or by {@link #close()}.
 *
 * <p>The first failure ends the map: {@code next} throws it after the results that come before it,
 * with a suppressed {@link FailedArgument} that tells which argument it was, and cancels what is
 * under way. So does a failure of the source, as itself. Of {@link OffloadExecutor#mapResults} each
 * step's failure is a result.
 *
 * <p>Confined to one task or thread at a time, except {@link #name()}, {@link #progress()} and
 * {@link #isDone()}.
 *
 * @param <R> the results' type
 */
public interface Results<R extends @Nullable Object>
    extends Iterable<R>, ProgressSource, AutoCloseable {
  /**
   * The results. Its {@code hasNext} and {@code next} throw
   *
   * <ul>
   *   <li>{@link RuntimeException} or {@link Error}: a step's failure as itself when unchecked, as
   *       the cause of a {@link java.util.concurrent.CompletionException} when checked; or the
   *       source's
   *   <li>{@link WorkerCrashedException}: a worker has died of one of the arguments it names
   *   <li>{@link CallTimeoutException}: the map's time is up, or an argument's
   *   <li>{@link NotSendableException}: the step or an argument cannot be sent
   *   <li>{@link dev.treadle.Cancelled}: the task's scope is cancelled; so is what is under way
   *   <li>{@link java.util.concurrent.CancellationException}: what is under way was cancelled by
   *       the end of the executor
   * </ul>
   *
   * @throws IllegalStateException the second time
   */
  @Override
  Iterator<R> iterator();

  /** How many results were taken, and of how many arguments; 0 if the source does not tell. */
  @Override
  Progress progress();

  /** Cancels what is under way, and does not wait for it. Does nothing the second time. */
  @Override
  void close();

  /** All results; closes this. Throws what {@link #iterator()} does. */
  default List<R> toList() {
    List<R> list = new ArrayList<>();
    try (this) {
      for (R result : this) {
        list.add(result);
      }
    }
    return list;
  }
}
