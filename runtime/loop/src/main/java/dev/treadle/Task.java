package dev.treadle;

import dev.treadle.coroutines.PinnedException;
import dev.treadle.coroutines.internal.Fiber;
import dev.treadle.coroutines.internal.HeldMonitor;
import dev.treadle.internal.Named;
import java.lang.StackWalker.StackFrame;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A body that runs in turns on its loop's thread, and the outcome it will have. Made by {@link
 * Treadle#spawn}, {@link TaskGroup#spawn} and {@link Loop#submit}.
 *
 * <pre>{@code
 *           spawn              first turn
 * (nothing) ------> scheduled ------------> running <----------> suspended
 *                       |                      |    await, wake-up
 *                       | cancel               | body ends
 *                       v                      v
 *                   cancelled      done, failed or cancelled
 * }</pre>
 *
 * <p>A task cancelled before its first turn never runs its body. {@code ScopedValue} bindings are
 * those of the code that spawned it; {@code ThreadLocal}s are shared by all tasks of the loop.
 * Confined to its loop's thread, but for the methods that say "any thread".
 *
 * @param <T> the type of its value
 */
public final class Task<T extends @Nullable Object> extends Awaitable<T> {
  private static final Callable<@Nullable Void> NO_VALUE = () -> null;

  private static final int STARTED = 1;

  /** The wait that ends now was ended by a cancellation. */
  private static final int INTERRUPTED = 2;

  /** A call in this turn has thrown {@link Cancelled} without suspending. */
  private static final int CANCELLED_THIS_TURN = 4;

  private TaskGroup group;
  private final long id;

  /** A string, or what can tell it: most names are never read. */
  private final @Nullable Object name;

  private @Nullable Fiber fiber;

  /** Neighbours in the group's list of children. */
  @Nullable Task<?> previous;

  @Nullable Task<?> next;

  /** The innermost scope the body is in, or null when it is in none of its own. */
  @Nullable CancelScope scope;

  /** What it is suspended on; null while it runs, is ready to run, or is done. */
  private @Nullable Wait wait;

  /** {@link Loop#coarseMillis} when it last suspended. */
  private int suspendedAt;

  /** Set by any thread. */
  private volatile boolean cancelCalled;

  /** Whether a suspension now would throw; kept in step by {@link Cancellation}. */
  boolean cancelVisible;

  /** Set by any thread. */
  private boolean observed;

  /** {@link #STARTED} and the like in one byte: with one more, a task takes eight bytes more. */
  private byte flags;

  Task(TaskGroup group, @Nullable String name, Callable<T> body) {
    this(group, name, null, body);
  }

  private Task(
      TaskGroup group,
      @Nullable Object name,
      @Nullable Action<? extends Exception> action,
      Callable<T> value) {
    this.group = group;
    this.name = name;
    this.id = group.loop.nextTaskId();
    TaskBody<T> run = new TaskBody<>(this, action, value);
    this.fiber = Fiber.task(run, run);
    Origins.note(this, group.loop);
  }

  /** A task without a value. */
  static Task<@Nullable Void> of(
      TaskGroup group, @Nullable String name, Action<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    Object named = name == null && body instanceof Named ? body : name;
    return new Task<>(group, named, body, NO_VALUE);
  }

  /** The task that runs on this thread now, or null. Any thread. */
  static @Nullable Task<?> currentOrNull() {
    return Fiber.currentTask() instanceof TaskBody<?> body ? body.task : null;
  }

  /** The task that runs on this thread now. */
  static Task<?> require(String operation) {
    Task<?> task = currentOrNull();
    if (task == null) {
      throw LoopErrors.outsideTask(operation);
    }
    return task;
  }

  /** The name given at spawn, or {@code task-} and a number. Any thread. */
  public String name() {
    return switch (name) {
      case null -> "task-" + id;
      case Named named -> named.taskName();
      default -> name.toString();
    };
  }

  /**
   * Asks the task to end: every suspension of its body throws {@link Cancelled} from now on, as if
   * the whole body were in one {@link CancelScope}. Returns at once; await the task to see it end.
   * Does nothing when it is done. Any thread.
   */
  public void cancel() {
    if (!cancelCalled && !isDone()) {
      // At once, so that a task whose first turn is still to come never runs its body.
      cancelCalled = true;
      loop().inlet.run(() -> Cancellation.refresh(this));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A task is cancelled with the last subscription to it, unless something else waits for it
   * then: another task, a callback, a clause. {@code Mono.fromFuture(task.toCompletableFuture())}
   * leaves it alone; {@code Reactive.mono} starts one for each subscriber.
   */
  @Override
  public Mono<@NonNull T> toMono() {
    return super.toMono();
  }

  @Override
  void unsubscribed() {
    loop()
        .inlet
        .run(
            () -> {
              if (!isAwaited()) {
                cancel();
              }
            });
  }

  long id() {
    return id;
  }

  boolean isCancelCalled() {
    return cancelCalled;
  }

  TaskGroup group() {
    return group;
  }

  /** Makes it the child of another group. */
  void moveTo(TaskGroup to) {
    group = to;
  }

  /** Cancels this task and makes it the child of another group. */
  void handOver(TaskGroup to) {
    moveTo(to);
    cancelCalled = true;
  }

  /** Whether a suspension of this task would throw {@link Cancelled} now. */
  public boolean isCancelling() {
    loop().checkThread("Task.isCancelling()");
    return cancelVisible && !isDone();
  }

  /** Whether it is the main task of {@link Treadle#run}: what is below its body has called it. */
  boolean isMain() {
    return id == 1 && !(loop().thread() instanceof LoopThread);
  }

  /**
   * The frames of the body, innermost first, with those of the generators it is inside and without
   * the loop's own; empty when it has not begun or is done. asyncio's {@code Task.get_stack}.
   * {@link Loop#snapshot()} has those of all tasks.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  public StackTraceElement[] stackTrace() {
    loop().requireLoopThread("Task.stackTrace()");
    return loop().running() == this && !isDone()
        ? Traces.ofProgram(new Throwable().getStackTrace(), false)
        : suspendedFrames().toArray(StackTraceElement[]::new);
  }

  /**
   * The task with its stack, below it those that wait for it with theirs, and so on upwards; for
   * people. asyncio's {@code format_call_graph}.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  public String dump() {
    loop().requireLoopThread("Task.dump()");
    return AwaitersText.of(this);
  }

  /** As {@link #stackTrace()}, of one that does not run now. */
  List<StackTraceElement> suspendedFrames() {
    return frames().stream()
        .filter(frame -> !LoopFrames.isMachinery(frame.getClassName()))
        .map(StackFrame::toStackTraceElement)
        .toList();
  }

  /** What it is suspended on, or null. */
  @Nullable Wait waiting() {
    return wait;
  }

  /** How long it has been suspended there. */
  Duration waitingTime() {
    int millis = (int) loop().time().toMillis() - suspendedAt;
    // In 32 bits: it wraps after 49 days.
    return wait == null ? Duration.ZERO : Duration.ofMillis(Integer.toUnsignedLong(millis));
  }

  /** What it is suspended on, or null. */
  @Nullable String waitingFor() {
    Wait waiting = wait;
    return waiting == null ? null : waiting.describe();
  }

  /**
   * The frames of the suspended body, innermost first; empty when it runs, has not begun or is
   * done.
   */
  List<StackFrame> frames() {
    Fiber stack = fiber;
    return stack == null || !is(STARTED) || isRunning() ? List.of() : stack.frames();
  }

  /** Whether its body is on the thread now. */
  private boolean isRunning() {
    return loop().running() == this || loop().eager.isSpawner(this);
  }

  /** The monitors the suspended body is in; its loop's thread must not resume it meanwhile. */
  List<HeldMonitor> monitors() {
    Fiber stack = fiber;
    return stack == null || !is(STARTED) || isRunning() ? List.of() : stack.monitors();
  }

  /** One turn: runs the body until it suspends or ends. Called by the loop alone. */
  void step() {
    Fiber stack = fiber;
    if (stack == null) {
      return;
    }
    if (!is(STARTED) && (cancelVisible || cancelCalled)) {
      ended(Outcome.cancelled());
      finish();
      return;
    }
    flags = (byte) ((flags | STARTED) & ~CANCELLED_THIS_TURN);
    stack.resume();
    if (isDone()) {
      finish();
    }
  }

  void ended(Outcome<T> outcome) {
    tryComplete(outcome);
  }

  /** Ends a task that came too late, without a turn. */
  void refuse() {
    ended(Outcome.cancelled());
    fiber = null;
    tellWaiters();
  }

  private void finish() {
    fiber = null;
    CancelScope.closeWithin(this, null);
    boolean awaited = isAwaited();
    tellWaiters();
    group.childEnded(this, awaited);
  }

  /** A {@link Cancelled} that no cancellation of ours explains is a failure like any other. */
  Outcome<T> outcomeOf(Throwable failure) {
    if (!(failure instanceof Cancelled) || !Cancellation.explains(this)) {
      Traces.tidy(failure, isMain());
      return Outcome.failure(failure);
    }
    loop().failures.reportCleanUp(this, failure);
    return Outcome.cancelled();
  }

  /**
   * Throws {@link Cancelled} if the innermost scope is cancelled; every awaitable call begins so.
   */
  void checkCancelled() {
    if (cancelVisible) {
      if (is(CANCELLED_THIS_TURN)) {
        // A body that catches it and goes on in a loop must not keep the thread to itself.
        passTurn();
      }
      set(CANCELLED_THIS_TURN);
      throw new Cancelled(describe() + " was cancelled");
    }
  }

  private void passTurn() {
    try {
      requeue();
    } catch (PinnedException pinned) {
      // Then not: the cancellation is thrown all the same.
    }
  }

  /** Lets everything that is ready run first. */
  void yieldNow() {
    requeue();
    checkCancelled();
  }

  /** Suspends for exactly one pass through the ready queue, cancelled or not. */
  void requeue() {
    loop().ready.add(this);
    try {
      park(YieldNow.INSTANCE);
    } catch (Throwable unable) {
      // It did not suspend: a turn it has not asked for would end its next wait early.
      loop().ready.removeLastOccurrence(this);
      throw unable;
    }
  }

  /** Suspends until {@link #wake()}. */
  void park(Wait waiting) {
    if (cancelVisible && waiting.abandon()) {
      checkCancelled();
    }
    wait = waiting;
    suspendedAt = group.loop.coarseMillis;
    try {
      group.loop.observers.suspending(this);
      // Only this is used after it: what else is, is kept with each suspended stack.
      Fiber.suspendTask();
    } catch (Throwable unable) {
      // Pinned, or neither stack nor memory left to suspend with: it still runs.
      Wait left = wait;
      wait = null;
      if (left != null) {
        left.abandon();
      }
      if (unable instanceof PinnedException pinned) {
        loop().observers.pinned(this, pinned);
      }
      throw unable;
    }
    // Not all come by way of wake(): a task that let others run first was ready all along.
    wait = null;
    if (is(INTERRUPTED)) {
      flags &= ~INTERRUPTED;
      throw new Cancelled(describe() + " was cancelled");
    }
  }

  /** Makes the suspended task ready. */
  void wake() {
    wait = null;
    loop().ready.add(this);
  }

  /** A cancellation has become visible: ends the wait, if it is one that may be left. */
  void interrupt() {
    Wait waiting = wait;
    // Leaving a wait may run code of others, which may have woken this task already.
    if (waiting != null && waiting.abandon() && wait == waiting) {
      set(INTERRUPTED);
      wake();
    }
  }

  private boolean is(int flag) {
    return (flags & flag) != 0;
  }

  private void set(int flag) {
    flags |= (byte) flag;
  }

  boolean wasObserved() {
    return observed;
  }

  @Override
  void observed() {
    if (!observed) {
      observed = true;
      if (!loop().isLoopThread()) {
        // Against the task ending just now: see Failures.add, which looks in the other order.
        VarHandle.fullFence();
      }
      if (isDone()) {
        loop().failures.observed(this);
      }
    }
  }

  @Override
  public Loop loop() {
    return group.loop;
  }

  @Override
  String describe() {
    return "task '" + name() + "'";
  }

  /** The state as one word. */
  String state() {
    Outcome<T> outcome = outcome();
    if (outcome != null) {
      return outcome.isCancelled() ? "cancelled" : outcome.isValue() ? "done" : "failed";
    }
    if (isRunning()) {
      return "running";
    }
    return wait != null ? "suspended" : is(STARTED) ? "ready" : "scheduled";
  }

  @Override
  public String toString() {
    String waiting = waitingFor();
    return "Task["
        + name()
        + " "
        + state()
        + (waiting == null ? "" : " on " + waiting)
        + "]"
        + Origins.suffix(this);
  }
}
