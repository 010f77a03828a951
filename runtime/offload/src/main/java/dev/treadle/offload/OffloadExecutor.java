package dev.treadle.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where steps are done. */
public interface OffloadExecutor extends AutoCloseable {
  /** Hands a step over; returns at once. Any thread. */
  default <T extends @Nullable Object> Call<T> submit(Job<T> job) {
    return submit(job, CallOptions.DEFAULT);
  }

  /** The same for a step without a value. */
  default Call<@Nullable Void> submit(VoidJob job) {
    return submit(job, CallOptions.DEFAULT);
  }

  /** The same with a name, a time limit, retries. */
  <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options);

  /** The same for a step without a value. */
  Call<@Nullable Void> submit(VoidJob job, CallOptions options);

  /** Applies the step to each argument. */
  default <A extends @Nullable Object, R extends @Nullable Object> Results<R> map(
      JobFunction<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return map(function, arguments, MapOptions.DEFAULT);
  }

  /** The same with options. */
  <A extends @Nullable Object, R extends @Nullable Object> Results<R> map(
      JobFunction<? super A, ? extends R> function,
      Iterable<? extends A> arguments,
      MapOptions options);

  /** How many steps it does at a time. Any thread. */
  int parallelism();

  /** Takes no more, waits for what was submitted, then ends its threads or processes. */
  @Override
  void close();

  /** The same, but what is not done after the grace is cancelled. */
  void close(Duration grace);
}
