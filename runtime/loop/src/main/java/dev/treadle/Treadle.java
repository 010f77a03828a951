package dev.treadle;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
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
      requeue(task);
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
    requeue(task);
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

  private static void requeue(Task<?> task) {
    task.requeue();
    task.checkCancelled();
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
    TaskGroup.<@Nullable Void>open("group", valueless(body));
  }

  /** The same with a name, for dumps and messages. */
  public static <T extends @Nullable Object> T group(String name, TaskGroup.Body<T> body) {
    return TaskGroup.open(name, body);
  }

  /** The same with a name and without a value. */
  @SuppressWarnings("overloads") // As above.
  public static void group(String name, TaskGroup.Action body) {
    TaskGroup.<@Nullable Void>open(name, valueless(body));
  }

  private static TaskGroup.Body<@Nullable Void> valueless(TaskGroup.Action body) {
    Objects.requireNonNull(body, "body");
    return group -> {
      body.run(group);
      return null;
    };
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
    List<Task<? extends T>> tasks = new ArrayList<>(bodies.size());
    TaskGroup.<@Nullable Void>open(
        "gather",
        group -> {
          for (Callable<? extends T> body : bodies) {
            tasks.add(group.spawn(body));
          }
          return null;
        });
    List<T> values = new ArrayList<>(tasks.size());
    for (Task<? extends T> task : tasks) {
      values.add(task.result());
    }
    return values;
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
    Timeouts.<@Nullable Void, X>withTimeout(timeout, block(body));
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
    Timeouts.<@Nullable Void, X>shield(block(body));
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
    OnThread.<@Nullable Void, X>run(null, OnCancel.WAIT, block(body));
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
    OnThread.<@Nullable Void, X>run(null, onCancel, block(body));
  }

  /** The same, counting for the given limiter, and saying what a cancellation does. */
  public static <T extends @Nullable Object, X extends Exception> T onThread(
      ThreadLimiter limiter, OnCancel onCancel, Block<T, X> body) throws X {
    return OnThread.run(Objects.requireNonNull(limiter, "limiter"), onCancel, body);
  }

  /** The same for a body without a value. */
  public static <X extends Exception> void onThread(
      ThreadLimiter limiter, OnCancel onCancel, Action<X> body) throws X {
    Treadle.<@Nullable Void, X>onThread(limiter, onCancel, block(body));
  }

  static Callable<@Nullable Void> callable(Action<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }

  private static <X extends Exception> Block<@Nullable Void, X> block(Action<X> body) {
    Objects.requireNonNull(body, "body");
    return () -> {
      body.run();
      return null;
    };
  }
}
