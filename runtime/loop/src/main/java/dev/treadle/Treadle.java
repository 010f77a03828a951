package dev.treadle;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The door to everything a task does; made to be imported statically.
 *
 * <pre>{@code
 * import static dev.treadle.Treadle.*;
 *
 * void main() {
 *   run(() -> {
 *     var hello = spawn("hello", () -> { sleep(ofSeconds(1)); return "Hello"; });
 *     System.out.println(await(hello) + ", World");
 *   });
 * }
 * }</pre>
 *
 * <p>The methods that suspend belong into a task; each of them begins with a look whether the
 * task's innermost {@link CancelScope} is cancelled and then throws {@link Cancelled}, also where
 * it would not have had to wait.
 */
public final class Treadle {
  private Treadle() {}

  /**
   * Runs the body as the main task of a new loop on the calling thread, and returns its value:
   * {@code asyncio.run}. At the end the remaining tasks are cancelled and awaited, failures nobody
   * observed are reported, and the loop is closed. On the program's main thread Ctrl-C cancels the
   * main task and, if that ends it, exits the JVM with 130; a second Ctrl-C exits at once.
   *
   * @throws IllegalStateException inside a running loop, on a virtual thread, or without the JVM
   *     flags
   * @throws RuntimeException what the body throws: as itself when unchecked, as the cause of a
   *     {@link java.util.concurrent.CompletionException} when checked
   */
  public static <T extends @Nullable Object> T run(Callable<T> body) {
    return Loop.builder().run(body);
  }

  /** The same for a body without a value. */
  public static void run(Action<Exception> body) {
    Loop.builder().run(body);
  }

  /**
   * Starts a task of the loop's own group, which is cancelled and awaited when the loop ends; its
   * first turn is the next. {@code asyncio.create_task}. If it fails and nobody ever asks, the
   * failure is reported once. Prefer {@link #group} where the task should not outlive the caller.
   *
   * @throws IllegalStateException off the loop's thread (use {@link Loop#submit} there), or when
   *     the loop is closing
   */
  public static <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
    return Loop.current().root().spawn(null, body);
  }

  /** The same for a body without a value. */
  public static Task<@Nullable Void> spawn(Action<Exception> body) {
    return Loop.current().root().spawn(null, body);
  }

  /** The same with a name, for dumps and messages. */
  public static <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body) {
    return Loop.current().root().spawn(name, body);
  }

  /** The same with a name and without a value. */
  public static Task<@Nullable Void> spawn(String name, Action<Exception> body) {
    return Loop.current().root().spawn(name, body);
  }

  /**
   * As {@link #spawn(String, Callable)}, but the body runs inside this call until it first
   * suspends: see {@link TaskGroup#spawnEager}.
   *
   * @throws IllegalStateException as {@link #spawn(Callable)} does
   */
  public static <T extends @Nullable Object> Task<T> spawnEager(String name, Callable<T> body) {
    return Loop.current().root().spawnEager(name, body);
  }

  /** The same for a body without a value. */
  public static Task<@Nullable Void> spawnEager(String name, Action<Exception> body) {
    return Loop.current().root().spawnEager(name, body);
  }

  /** The task that runs this code, or null outside one. Any thread. */
  public static @Nullable Task<?> currentTask() {
    return Task.currentOrNull();
  }

  /**
   * Waits for a task or a deferred. In a task it suspends; on a thread without a loop it blocks
   * that thread. Cancelling the waiting task leaves the awaited one alone.
   *
   * @throws java.util.concurrent.CancellationException if the awaited one was cancelled
   * @throws RuntimeException its failure: as itself when unchecked, as the cause of a {@link
   *     java.util.concurrent.CompletionException} when checked; where it was awaited from is added
   *     once, as a suppressed exception
   * @throws Cancelled if the waiting task's scope is cancelled
   * @throws IllegalStateException in a callback of the loop, which cannot wait
   */
  public static <T extends @Nullable Object> T await(Awaitable<T> awaitable) {
    Task<?> task = Task.currentOrNull();
    if (task == null) {
      return OffLoop.await(awaitable);
    }
    task.checkCancelled();
    if (awaitable.loop() != task.loop()) {
      return Bridge.await(task, awaitable);
    }
    awaitable.observed();
    return awaitable.park(task).get(awaitable, task);
  }

  /**
   * Waits for a stage, as {@link #await(Awaitable)} does. Cancelling the waiting task cancels the
   * stage if it is a {@link java.util.concurrent.CompletableFuture}, as in asyncio and Kotlin;
   * await a {@code copy()} where that is not wanted.
   */
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    Task<?> task = Task.currentOrNull();
    return task == null ? OffLoop.await(stage) : Bridge.await(task, stage);
  }

  /**
   * Waits for a publisher's first value; null if it completes without one. Cancelling the waiting
   * task cancels the subscription.
   */
  public static <T> @Nullable T await(Publisher<T> publisher) {
    Task<?> task = Task.currentOrNull();
    return task == null ? OffLoop.await(publisher) : Bridge.await(task, publisher);
  }

  /** Waits for a Netty future. Cancelling the waiting task cancels it. */
  public static <T extends @Nullable Object> T await(Future<T> future) {
    Task<?> task = Task.currentOrNull();
    return task == null ? OffLoop.await(future) : Bridge.await(task, future);
  }

  /**
   * Suspends the task for a time; zero or less is {@link #yieldNow()}.
   *
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static void sleep(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    Task<?> task = Task.require("sleep()");
    task.checkCancelled();
    long nanos = Durations.toNanos(duration);
    if (nanos <= 0) {
      task.yieldNow();
    } else {
      task.park(Sleep.begin(task, nanos));
    }
  }

  /**
   * Lets everything that is ready run first: exactly one pass through the ready queue.
   *
   * @throws Cancelled if the task's scope is or meanwhile gets cancelled
   * @throws IllegalStateException outside a task
   */
  public static void yieldNow() {
    Task<?> task = Task.require("yieldNow()");
    task.checkCancelled();
    task.yieldNow();
  }

  /**
   * Throws if the task's innermost scope is cancelled; does nothing else, also outside a task. For
   * long stretches that never suspend.
   *
   * @throws Cancelled if the task's scope is cancelled
   */
  public static void checkCancelled() {
    Task<?> task = Task.currentOrNull();
    if (task != null) {
      task.checkCancelled();
    }
  }

  /**
   * Opens a {@link TaskGroup}, runs the body in this task, and waits until all children have ended.
   * Write the body in braces: of {@code g -> g.spawn(...)} the compiler cannot tell whether its
   * value is meant.
   *
   * @return the body's value; null if the group was cancelled before there was one
   * @throws TaskGroupException with every failure of the body and the children
   * @throws Cancelled if a scope around the group is cancelled and no child failed
   */
  public static <T extends @Nullable Object> T group(TaskGroup.Body<T> body) {
    return TaskGroup.open("group", body);
  }

  /** The same for a body without a value. */
  @SuppressWarnings("overloads") // A body in braces says which it is.
  public static void group(TaskGroup.Action body) {
    TaskGroup.<@Nullable Void>open("group", Valueless.body(body));
  }

  /** The same with a name, for dumps and messages. */
  public static <T extends @Nullable Object> T group(String name, TaskGroup.Body<T> body) {
    return TaskGroup.open(name, body);
  }

  /** The same with a name and without a value. */
  @SuppressWarnings("overloads") // As above.
  public static void group(String name, TaskGroup.Action body) {
    TaskGroup.<@Nullable Void>open(name, Valueless.body(body));
  }

  /**
   * Runs all bodies at once, each as a task of one group, and gives their values in the order of
   * the arguments.
   *
   * @throws TaskGroupException if one fails; the others are cancelled and awaited first
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... bodies) {
    return gather(Arrays.asList(bodies));
  }

  /** The same for any number of bodies. */
  public static <T extends @Nullable Object> List<T> gather(
      Collection<? extends Callable<? extends T>> bodies) {
    return Gather.values(bodies);
  }

  /**
   * Runs all bodies at once, as {@link #gather} does, and gives a value or a failure for each: none
   * ends the others. Where one was cancelled by itself, that is its failure.
   *
   * @throws Cancelled if the caller's scope is cancelled
   * @throws TaskGroupException with what failed on the way out of a cancelled scope
   * @throws VirtualMachineError a fatal one; the others are cancelled and awaited first
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public static <T extends @Nullable Object> List<Result<T>> gatherResults(
      Callable<? extends T>... bodies) {
    return gatherResults(Arrays.asList(bodies));
  }

  /** The same for any number of bodies. */
  public static <T extends @Nullable Object> List<Result<T>> gatherResults(
      Collection<? extends Callable<? extends T>> bodies) {
    return Gather.results(bodies);
  }

  /**
   * Gives the awaitables themselves, each once, in the order in which they are done, however they
   * end; those done before the call in the order given. {@code next} suspends. A loop may be left
   * and another go on with the rest; whatever is not done is left alone. {@code
   * asyncio.as_completed}.
   *
   * @throws IllegalArgumentException if one is of another loop
   * @throws IllegalStateException off the loop's thread
   */
  public static <A extends Awaitable<?>> Iterable<A> asCompleted(
      Collection<? extends A> awaitables) {
    return new Completions<A>(Loop.current(), awaitables);
  }

  /**
   * Waits until the first, the first failed or all of the awaitables are done, and tells which are:
   * {@code asyncio.wait}. Fails for none of them, and cancels none. With a time limit, call it in
   * {@link #moveOnAfter(Duration, Action)} and ask each whether it {@link Awaitable#isDone}.
   *
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalArgumentException if one is of another loop, or the first of none is waited for
   */
  public static <A extends Awaitable<?>> Waited<A> awaitUntil(
      Until until, Collection<? extends A> awaitables) {
    return Arrivals.awaitUntil(until, awaitables);
  }

  /**
   * Runs all bodies at once, and gives the value of the first that succeeds; the others are
   * cancelled and awaited. A failure before there is a value loses the race, and no more; one of a
   * loser that is being cancelled goes to the loop's failure handler. If two succeed in the same
   * turn, the second value is dropped: where values own something, see {@link #race(Duration,
   * Collection, Consumer)}.
   *
   * @throws TaskGroupException if all fail, with the failures in the order in which they happened
   * @throws Cancelled if the caller's scope is cancelled
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public static <T extends @Nullable Object> T race(Callable<? extends T>... bodies) {
    return race(Duration.ZERO, Arrays.asList(bodies));
  }

  /** The same with each body started when the stagger has passed or the one before has failed. */
  public static <T extends @Nullable Object> T race(
      Duration stagger, Collection<? extends Callable<? extends T>> bodies) {
    return race(stagger, bodies, value -> {});
  }

  /**
   * The same with a hook for each value that nobody gets: of a loser that succeeds all the same, or
   * of the winner when the caller is cancelled while it waits for the losers.
   */
  public static <T extends @Nullable Object> T race(
      Duration stagger,
      Collection<? extends Callable<? extends T>> bodies,
      Consumer<? super T> onUndelivered) {
    return Race.<T>run(stagger, bodies, onUndelivered);
  }

  /**
   * Waits for the first of several things to happen, and does what its clause says, in this task:
   * Kotlin's {@code select}. The others do not happen: nothing is taken or put by a clause that has
   * not won. Of those that need not wait, the first in the order of the arguments wins.
   *
   * @return the value of the clause that won
   * @throws RuntimeException what the clause throws: as itself when unchecked, as the cause of a
   *     {@link java.util.concurrent.CompletionException} when checked
   * @throws Cancelled if the task's scope is cancelled; then none has happened
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public static <T extends @Nullable Object> T select(Clause<? extends T>... clauses) {
    return Selection.<T>select(Arrays.asList(clauses));
  }

  /** The same for any number of clauses. */
  public static <T extends @Nullable Object> T select(
      Collection<? extends Clause<? extends T>> clauses) {
    return Selection.<T>select(clauses);
  }

  /**
   * A clause of {@link #select} that happens when the awaitable is done. If it has failed or was
   * cancelled, select throws what {@link #await(Awaitable)} does.
   */
  public static <V extends @Nullable Object, T extends @Nullable Object> Clause<T> on(
      Awaitable<V> awaitable, Handler<? super V, ? extends T> handler) {
    return new AwaitableClause<>(awaitable, handler);
  }

  /** The same without a value. */
  @SuppressWarnings("overloads") // A handler in braces says which it is.
  public static <V extends @Nullable Object> Clause<@Nullable Void> on(
      Awaitable<V> awaitable, Receiver<? super V> receiver) {
    return new AwaitableClause<>(awaitable, Concurrently.<V>handler(receiver));
  }

  /** A clause that happens when the time has passed; zero or less: it need not wait. */
  public static <T extends @Nullable Object> Clause<T> onTimeout(
      Duration timeout, Callable<? extends T> body) {
    return new TimeoutClause<>(timeout, body);
  }

  /** The same without a value. */
  public static Clause<@Nullable Void> onTimeout(Duration timeout, Action<Exception> body) {
    return new TimeoutClause<>(timeout, Valueless.callable(body));
  }

  /**
   * For handling each element of a source in a task of its own, at most so many at a time; nothing
   * happens before a method of what it gives is called.
   *
   * @throws IllegalArgumentException if the limit is not positive
   */
  public static <T extends @Nullable Object> Concurrently<T> concurrently(
      int limit, Iterable<? extends T> source) {
    return new Concurrently<>(limit, source, true);
  }

  /**
   * Runs the body inside a scope with a deadline.
   *
   * @param timeout zero or less: the body's first suspension throws
   * @throws DeadlineExceededException if the time ran out before the body ended
   * @throws X what the body throws; if the time had run out too, that is added as suppressed
   */
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration timeout, Block<T, X> body) throws X {
    return Timeouts.withTimeout(timeout, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void withTimeout(Duration timeout, Action<X> body) throws X {
    Timeouts.<@Nullable Void, X>withTimeout(timeout, Valueless.block(body));
  }

  /**
   * Runs the body inside a scope with a deadline and goes on when it has passed: trio's {@code
   * move_on_after}.
   *
   * @return the body's value; empty if the time ran out, or the value is null
   */
  public static <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> moveOnAfter(
      Duration timeout, Block<T, X> body) throws X {
    return new CancelScope(timeout).run(body);
  }

  /**
   * The same for a body without a value.
   *
   * @return whether the body ended in time
   */
  public static <X extends Exception> boolean moveOnAfter(Duration timeout, Action<X> body)
      throws X {
    CancelScope scope = new CancelScope(timeout);
    scope.run(body);
    return !scope.cancelledCaught();
  }

  /**
   * Runs the body where cancellations from outside are not seen; for clean-up that must await. Give
   * it a timeout of its own inside, or it may hold up the end of the program.
   */
  public static <T extends @Nullable Object, X extends Exception> T shield(Block<T, X> body)
      throws X {
    return Timeouts.shield(body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void shield(Action<X> body) throws X {
    Timeouts.<@Nullable Void, X>shield(Valueless.block(body));
  }

  /**
   * Runs a body that may block on a thread of the loop's pool and waits for it, asyncio's {@code
   * to_thread}. The body has this task's {@code ScopedValue} bindings but is not in the task: it
   * cannot await or sleep as one. A virtual clock does not jump meanwhile. At most {@link
   * LoopBuilder#threads} bodies run at once; further ones wait their turn.
   *
   * <p>Cancelling the task takes back a body that has not begun. One that runs is interrupted and
   * waited for, so that nothing is left running; if it ends with a value all the same, the value is
   * returned and the next suspension throws.
   *
   * @throws X what the body throws, itself
   * @throws Cancelled if the task's scope is cancelled and the interrupt ended the body
   * @throws IllegalStateException outside a task
   */
  public static <T extends @Nullable Object, X extends Exception> T onThread(Block<T, X> body)
      throws X {
    return OnThread.run(null, OnCancel.WAIT, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void onThread(Action<X> body) throws X {
    OnThread.<@Nullable Void, X>run(null, OnCancel.WAIT, Valueless.block(body));
  }

  /** The same, counting for the given limiter and not for the loop's. */
  public static <T extends @Nullable Object, X extends Exception> T onThread(
      ThreadLimiter limiter, Block<T, X> body) throws X {
    return onThread(limiter, OnCancel.WAIT, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void onThread(ThreadLimiter limiter, Action<X> body)
      throws X {
    onThread(limiter, OnCancel.WAIT, body);
  }

  /** The same, saying what a cancellation does to a body that runs. */
  public static <T extends @Nullable Object, X extends Exception> T onThread(
      OnCancel onCancel, Block<T, X> body) throws X {
    return OnThread.run(null, onCancel, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void onThread(OnCancel onCancel, Action<X> body) throws X {
    OnThread.<@Nullable Void, X>run(null, onCancel, Valueless.block(body));
  }

  /** The same, counting for the given limiter, and saying what a cancellation does. */
  public static <T extends @Nullable Object, X extends Exception> T onThread(
      ThreadLimiter limiter, OnCancel onCancel, Block<T, X> body) throws X {
    return OnThread.run(Objects.requireNonNull(limiter, "limiter"), onCancel, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void onThread(
      ThreadLimiter limiter, OnCancel onCancel, Action<X> body) throws X {
    Treadle.<@Nullable Void, X>onThread(limiter, onCancel, Valueless.block(body));
  }
}
