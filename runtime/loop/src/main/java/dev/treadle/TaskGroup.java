package dev.treadle;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that end before the block that opened them does: asyncio's {@code TaskGroup}, trio's
 * nursery. Opened by {@link Treadle#group}.
 *
 * <p>The block waits for all children. The first child that fails, or the body failing, cancels the
 * rest; when all have ended the block throws one {@link TaskGroupException} with the failures in
 * the order in which they happened. A child that was cancelled by itself fails nothing. Cancelling
 * what surrounds the block cancels the children, and the block throws {@link Cancelled} once they
 * have ended, unless one of them failed while ending: then its failure wins. A {@link
 * VirtualMachineError} is never wrapped.
 *
 * <p>A block that cannot suspend to wait, because a monitor or a native frame pins it, throws
 * {@link dev.treadle.coroutines.PinnedException}; its children are cancelled and become those of
 * the group that its task is a child of.
 *
 * <p>Confined to its loop's thread but for {@link #cancel()}.
 */
public final class TaskGroup {
  final Loop loop;
  final CancelScope scope = new CancelScope(this);
  private final String name;
  private final @Nullable Task<?> host;
  private final List<Throwable> failures = new ArrayList<>(0);
  private @Nullable Task<?> first;
  private @Nullable Task<?> last;
  private int size;
  private boolean aborting;

  /** Whether it was ended by cancel() and so may end without a value. */
  private boolean quiet;

  private boolean closed;
  private @Nullable Join joining;

  /** Calls of start() under way; each may still bring a child. */
  private int starting;

  private TaskGroup(Loop loop, String name, @Nullable Task<?> host) {
    this.loop = loop;
    this.name = name;
    this.host = host;
  }

  /** The group of tasks that belong to the loop itself. */
  static TaskGroup root(Loop loop) {
    return new TaskGroup(loop, "root", null);
  }

  /** Opens a group in the current task, runs the body, waits for the children. */
  static <T extends @Nullable Object> T open(String name, Body<T> body) {
    Task<?> host = Task.require("group()");
    host.checkCancelled();
    return new TaskGroup(host.loop(), name, host).run(host, body);
  }

  /**
   * Starts a child; its first turn is the loop's next.
   *
   * @throws IllegalStateException if the group is ending: a child has failed, {@link #cancel()} was
   *     called, or the block has been left
   */
  public <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
    return spawn(null, body);
  }

  /** The same for a body without a value. */
  public Task<@Nullable Void> spawn(dev.treadle.Action<Exception> body) {
    return spawn(null, body);
  }

  /** The same with a name for dumps and messages. */
  public <T extends @Nullable Object> Task<T> spawn(@Nullable String taskName, Callable<T> body) {
    Objects.requireNonNull(body, "body");
    loop.requireLoopThread("TaskGroup.spawn()");
    return adopt(new Task<>(this, taskName, body));
  }

  /** The same with a name and without a value. */
  public Task<@Nullable Void> spawn(@Nullable String taskName, dev.treadle.Action<Exception> body) {
    loop.requireLoopThread("TaskGroup.spawn()");
    return adopt(Task.of(this, taskName, body));
  }

  /**
   * Starts a child at once: its body runs inside this call until it first suspends. A body that
   * never does is done when the call returns, without a turn of its own; asyncio's eager tasks. For
   * calls that mostly have their answer at hand.
   *
   * <p>A body that fails at once fails the group as ever: the call returns the failed task, and the
   * caller's next suspension throws. Eager starts nest 32 deep; further in, the child's first turn
   * is the loop's next.
   *
   * @throws IllegalStateException as {@link #spawn(Callable)} does
   */
  public <T extends @Nullable Object> Task<T> spawnEager(
      @Nullable String taskName, Callable<T> body) {
    Objects.requireNonNull(body, "body");
    loop.requireLoopThread("TaskGroup.spawnEager()");
    return start(new Task<>(this, taskName, body));
  }

  /** The same for a body without a value. */
  public Task<@Nullable Void> spawnEager(
      @Nullable String taskName, dev.treadle.Action<Exception> body) {
    loop.requireLoopThread("TaskGroup.spawnEager()");
    return start(Task.of(this, taskName, body));
  }

  /**
   * Starts a child and waits until it says that it is ready: trio's {@code nursery.start}.
   *
   * <pre>{@code
   * int port = group.start("server", status -> {
   *   var listening = listen();
   *   status.started(listening.port());
   *   listening.serve();
   * });
   * }</pre>
   *
   * <p>Until it is, the child belongs to this call: cancelling the caller cancels it, and its
   * failure is thrown here and fails no group. The group stays open for it meanwhile. May be called
   * by any task of the loop, also by one that is not in the group's block.
   *
   * @return what the child gave to {@link TaskStatus#started}
   * @throws RuntimeException the child's failure, if it failed before it was ready: as itself when
   *     unchecked, as the cause of a {@link CompletionException} when checked
   * @throws Cancelled if the caller's scope is cancelled before the child is ready
   * @throws IllegalStateException if the child ended without saying that it was ready; if the group
   *     is ending; outside a task
   */
  public <V extends @Nullable Object> V start(@Nullable String taskName, Starter<V> body) {
    return TaskStatus.start(this, taskName, body);
  }

  /**
   * Cancels the body and all children; the block ends quietly once they have. Its value is null
   * unless the body had ended with one. Any thread.
   */
  public void cancel() {
    loop.inlet.run(
        () -> {
          quiet = true;
          abort();
        });
  }

  /** How many children have not ended. */
  public int size() {
    loop.checkThread("TaskGroup.size()");
    return size;
  }

  /** The group's name, as in messages. */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "TaskGroup[" + name + " children=" + size + (aborting ? " ending" : "") + "]";
  }

  @Nullable Task<?> host() {
    return host;
  }

  /** The task that waits at the end of the block, or null. */
  @Nullable Task<?> joiner() {
    return joining == null ? null : joining.task;
  }

  @Nullable Task<?> firstChild() {
    return first;
  }

  @Nullable Task<?> lastChild() {
    return last;
  }

  <T extends @Nullable Object> Task<T> adopt(Task<T> child) {
    enroll(child);
    loop.ready.add(child);
    return child;
  }

  private <T extends @Nullable Object> Task<T> start(Task<T> child) {
    enroll(child);
    if (!loop.eager.run(child)) {
      loop.ready.add(child);
    }
    return child;
  }

  /** A group of the task's that is not a block of its own. */
  static TaskGroup inside(Task<?> host, String name) {
    return new TaskGroup(host.loop(), name, host);
  }

  /** Makes the task the only child of a group that is not a block, and waits until it is gone. */
  void await(Task<?> inside, Task<?> child) {
    scope.enter(inside);
    adopt(child);
    Throwable unable = join(inside);
    scope.exit(inside);
    if (unable != null) {
      throw Outcome.unchecked(unable);
    }
  }

  /** Makes a child of this group one of another. */
  void moveTo(TaskGroup to, Task<?> child) {
    if (to.closed) {
      // Its host could not wait for it: it ends here.
      abort();
      return;
    }
    unlink(child);
    child.moveTo(to);
    to.link(child);
    Cancellation.refresh(child);
    wakeJoin();
  }

  void startBegins() {
    requireOpen("start()");
    starting++;
  }

  void startEnds() {
    starting--;
    wakeJoin();
  }

  private void requireOpen(String operation) {
    if (aborting || closed) {
      throw new IllegalStateException(
          operation
              + " refused: group="
              + name
              + " is "
              + (closed ? "closed" : "ending")
              + "; spawn before a child has failed and inside the block");
    }
  }

  private void wakeJoin() {
    Join waiting = joining;
    if (waiting != null && size == 0 && starting == 0) {
      joining = null;
      waiting.task.wake();
    }
  }

  private void enroll(Task<?> child) {
    requireOpen("spawn()");
    link(child);
    child.cancelVisible = child.isCancelCalled() || Cancellation.isVisibleTo(this);
    loop.observers.spawned(child);
  }

  void childEnded(Task<?> child, boolean wasAwaited) {
    unlink(child);
    loop.observers.ended(child);
    Outcome<?> outcome = child.outcome();
    Throwable failure = outcome == null ? null : outcome.failure();
    if (outcome != null && failure != null) {
      if (host == null) {
        loop.failures.add(child, failure);
      } else {
        child.observed();
        if (!wasAwaited && outcome.isUntraced() && !isKnown(failure)) {
          AwaitedFrom.noteChild(outcome.untraced(), child, this, host);
        }
        failed(failure);
      }
    }
    wakeJoin();
  }

  void abort() {
    if (!aborting) {
      aborting = true;
      scope.cancel();
      if (host == null) {
        Cancellation.refreshChildren(this);
      }
    }
  }

  void failed(Throwable failure) {
    if (!isKnown(failure)) {
      failures.add(failure);
    }
    abort();
  }

  /** A failure the body got by awaiting a child comes twice: as the child's and as the body's. */
  private boolean isKnown(Throwable failure) {
    Throwable own =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return failures.stream().anyMatch(known -> known == failure || known == own);
  }

  private void link(Task<?> child) {
    child.previous = last;
    if (last == null) {
      first = child;
    } else {
      last.next = child;
    }
    last = child;
    size++;
  }

  private void unlink(Task<?> child) {
    Task<?> before = child.previous;
    Task<?> after = child.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    child.previous = null;
    child.next = null;
    size--;
  }

  private <T extends @Nullable Object> T run(Task<?> inside, Body<T> body) {
    Outcome<T> outcome;
    scope.enter(inside);
    try {
      outcome = Outcome.value(body.run(this));
    } catch (Throwable failure) {
      outcome = bodyFailed(inside, failure);
    }
    Throwable unable = join(inside);
    if (scope.open != null) {
      // Only now: a child may have been stepping them.
      Throwable failure = scope.open.close(null);
      if (failure != null) {
        outcome = bodyFailed(inside, failure);
      }
      // Their clean-up may have spawned.
      unable = unable == null ? join(inside) : unable;
    }
    scope.exit(inside);
    if (unable != null) {
      failures.forEach(unable::addSuppressed);
      throw Outcome.unchecked(unable);
    }
    return settle(inside, outcome);
  }

  private <T extends @Nullable Object> Outcome<T> bodyFailed(Task<?> inside, Throwable failure) {
    if (failure instanceof Cancelled && Cancellation.explains(inside)) {
      abort();
    } else {
      failed(failure);
    }
    return Outcome.failure(failure);
  }

  /** Waits for the children; returns what made that impossible, if anything did. */
  private @Nullable Throwable join(Task<?> inside) {
    try {
      while (size > 0 || starting > 0) {
        joining = new Join(inside, this);
        inside.park(joining);
      }
      return null;
    } catch (Throwable unable) {
      handOver(inside);
      return unable;
    }
  }

  /**
   * Cancels the children of a host that cannot wait for them, and makes them children of the group
   * the host is in: still nobody's orphans.
   */
  void handOver(Task<?> from) {
    joining = null;
    closed = true;
    TaskGroup to = from.group();
    for (Task<?> child = first; child != null; child = first) {
      unlink(child);
      child.handOver(to);
      to.link(child);
      Cancellation.refresh(child);
    }
  }

  // Null is the value of a group that was cancelled on purpose, as cancel() says.
  @SuppressWarnings("NullAway")
  private <T extends @Nullable Object> T settle(Task<?> inside, Outcome<T> outcome) {
    for (Throwable failure : failures) {
      if (failure instanceof VirtualMachineError fatal) {
        failures.stream().filter(other -> other != fatal).forEach(fatal::addSuppressed);
        throw fatal;
      }
    }
    Throwable cancelled = outcome.failure();
    if (!failures.isEmpty()) {
      if (cancelled instanceof Cancelled) {
        loop.failures.reportCleanUp(inside, cancelled);
      }
      throw new TaskGroupException(name, failures);
    }
    if (cancelled != null) {
      if (!quiet || !scope.absorbs(cancelled, inside)) {
        throw Outcome.unchecked(cancelled);
      }
      loop.failures.reportCleanUp(inside, cancelled);
    }
    inside.checkCancelled();
    return cancelled == null ? outcome.value() : null;
  }

  /** The block's body: the code that spawns into the group. */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /**
     * Runs in the task that opened the group.
     *
     * @throws Exception whatever the body throws; it then is one of the group's failures
     */
    T run(TaskGroup group) throws Exception;
  }

  /** A block's body without a value. */
  @FunctionalInterface
  public interface Action {
    /**
     * Runs in the task that opened the group.
     *
     * @throws Exception whatever the body throws; it then is one of the group's failures
     */
    void run(TaskGroup group) throws Exception;
  }

  /**
   * A child's body for {@link #start}.
   *
   * @param <V> the type of what it tells the caller
   */
  @FunctionalInterface
  public interface Starter<V extends @Nullable Object> {
    /**
     * Runs as a task; calls {@link TaskStatus#started} once, when it is ready.
     *
     * @throws Exception whatever the body throws
     */
    void run(TaskStatus<V> status) throws Exception;
  }

  /** The wait at the end of the block: never left early, so that no child is orphaned. */
  private record Join(Task<?> task, TaskGroup group) implements Wait {
    @Override
    public boolean abandon() {
      return false;
    }

    @Override
    public String describe() {
      return "end of " + group;
    }

    @Override
    public void forEachAwaited(Consumer<Task<?>> each) {
      for (Task<?> child = group.first; child != null; child = child.next) {
        each.accept(child);
      }
    }
  }
}
