package dev.treadle.offload;

import dev.treadle.Result;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where steps are done: Python's {@code concurrent.futures.Executor}. A program says what is to be
 * done and, in one place, where: worker processes, threads, or the calling thread itself in tests.
 *
 * <pre>{@code
 * try (OffloadExecutor pool = new ThreadPool(4)) {
 *   boolean prime = await(pool.submit(() -> isPrime(112272535095293L)));
 *   for (long factors : pool.map(Main::countFactors, numbers)) IO.println(factors);
 * }
 * }</pre>
 *
 * <p>A step is a lambda or method reference whose captured values are serializable, also where it
 * stays in this process, so that it can move. It runs outside of any task: it may block, and cannot
 * await.
 *
 * <p>While a call that was submitted on a loop's thread is not done, a virtual clock of that loop
 * does not jump, and no deadlock is diagnosed.
 *
 * <p>Any thread, unless a method says otherwise.
 */
public interface OffloadExecutor extends AutoCloseable {
  /**
   * Hands a step over and returns at once. Calls begin in the order in which they were submitted.
   *
   * @throws NotSendableException if it cannot be sent to where it is to be done; names the class in
   *     the way
   * @throws java.util.concurrent.RejectedExecutionException if this is closed
   */
  default <T extends @Nullable Object> Call<T> submit(Job<T> job) {
    return submit(job, CallOptions.DEFAULT);
  }

  /** The same for a step without a value. */
  default Call<@Nullable Void> submit(VoidJob job) {
    return submit(job, CallOptions.DEFAULT);
  }

  /** The same with a name, a time limit, retries. */
  <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options);

  /** The same for a step without a value, with a name, a time limit, retries. */
  Call<@Nullable Void> submit(VoidJob job, CallOptions options);

  /**
   * Applies the step to each argument, several at a time and in order; the first failure ends it.
   * Arguments that take little time go together, so that a million of them are as quick as the step
   * allows.
   */
  default <A extends @Nullable Object, R extends @Nullable Object> Results<R> map(
      JobFunction<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return map(function, arguments, MapOptions.DEFAULT);
  }

  /** The same in any order, with a size of chunks, a limit of what is in flight or of time. */
  default <A extends @Nullable Object, R extends @Nullable Object> Results<R> map(
      JobFunction<? super A, ? extends R> function,
      Iterable<? extends A> arguments,
      MapOptions options) {
    return new Mapping<R>(this, function, arguments, options, false);
  }

  /**
   * Applies the step to each argument, and gives a value or a failure for each: none ends the
   * others. What fails with its chunk, because its worker has died or its time was up, fails as all
   * arguments of that chunk do.
   */
  default <A extends @Nullable Object, R extends @Nullable Object> Results<Result<R>> mapResults(
      JobFunction<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return mapResults(function, arguments, MapOptions.DEFAULT);
  }

  /** The same in any order, with a size of chunks, a limit of what is in flight or of time. */
  default <A extends @Nullable Object, R extends @Nullable Object> Results<Result<R>> mapResults(
      JobFunction<? super A, ? extends R> function,
      Iterable<? extends A> arguments,
      MapOptions options) {
    return new Mapping<Result<R>>(this, function, arguments, options, true);
  }

  /** How many steps it does at a time. */
  int parallelism();

  /**
   * Takes no more, waits for what was submitted, then ends its threads or processes. In a task it
   * suspends; where the task's scope is cancelled, it cancels what is left and waits for that to
   * end. Elsewhere it blocks; where the thread is interrupted, it does the same, and the interrupt
   * stays. Does nothing the second time.
   *
   * @throws IllegalStateException in a callback of a loop, which cannot wait
   */
  @Override
  void close();

  /**
   * The same, but what is not done after the grace is cancelled, and not waited for if it does not
   * end.
   *
   * @param grace real time; zero or less: all is cancelled at once
   * @return the calls that were cancelled, in the order in which they were submitted
   */
  List<Call<?>> close(Duration grace);
}
