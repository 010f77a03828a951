package dev.treadle;

import dev.treadle.coroutines.internal.OpenBodies;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a task that can be cancelled as one, by {@link #cancel()} or by a deadline: trio's
 * {@code CancelScope}.
 *
 * <pre>{@code
 * var scope = new CancelScope();
 * button.onClick(scope::cancel);
 * scope.run(() -> download(uri));
 * }</pre>
 *
 * <p>While a scope is cancelled, every suspension inside it throws {@link Cancelled}, again and
 * again until the body is left (level-triggered), also in the tasks of groups opened inside it. The
 * scope then absorbs that error, unless a scope further out is cancelled too: the outer always
 * wins.
 *
 * <pre>{@code
 *        run()           body ends
 * idle ---------> open -------------> closed
 *   \               |                   ^
 *    \ cancel()     | cancel(),         | Cancelled reaches the edge: cancelledCaught()
 *     \             v deadline          |
 *      `-------> cancelled -------------'
 * }</pre>
 *
 * <p>A scope is used once. Confined to its loop's thread but for {@link #cancel()}.
 */
public final class CancelScope {
  final @Nullable TaskGroup group;

  /** The task that is inside, and the next scope out in that task; set while open. */
  volatile @Nullable Task<?> task;

  @Nullable CancelScope parent;
  private volatile boolean cancelCalled;
  private boolean shielded;
  private boolean used;
  private boolean wholeBody;
  private boolean closed;
  private boolean cancelledCaught;
  private boolean expired;
  private @Nullable Duration timeout;
  private @Nullable Deadline deadline;
  private String awaitingAtExpiry = "nothing";

  /** The generators made in it and not ended; null when there was none. */
  @Nullable OpenBodies open;

  /** A scope without a deadline. Any thread. */
  public CancelScope() {
    this((TaskGroup) null);
  }

  /**
   * A scope that is cancelled when it has been open for the given time. Any thread.
   *
   * @param timeout zero or negative: cancelled from the start
   */
  public CancelScope(Duration timeout) {
    this((TaskGroup) null);
    this.timeout = Objects.requireNonNull(timeout, "timeout");
  }

  CancelScope(@Nullable TaskGroup group) {
    this.group = group;
    if (group == null) {
      Origins.note(this, null);
    }
  }

  /**
   * Runs the body inside this scope, in the current task.
   *
   * @return the body's value; empty if the scope absorbed a cancellation, or the value is null
   * @throws Cancelled if a scope further out is cancelled
   * @throws X whatever the body throws
   * @throws IllegalStateException outside a task, or if the scope was used before
   */
  public <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> run(
      Block<T, X> body) throws X {
    Task<?> inside = Task.require("CancelScope.run()");
    enter(inside);
    T value;
    try {
      value = body.run();
      Bodies.close(open);
    } catch (Throwable failure) {
      Bodies.close(open, failure);
      exit(inside);
      if (!absorbs(failure, inside)) {
        throw failure;
      }
      inside.loop().failures.reportCleanUp(inside, failure);
      return Optional.empty();
    }
    exit(inside);
    return Optional.ofNullable(value);
  }

  /**
   * The same for a body without a value; {@link #cancelledCaught()} tells how it ended.
   *
   * @throws X whatever the body throws
   */
  public <X extends Exception> void run(Action<X> body) throws X {
    run(
        () -> {
          body.run();
          return null;
        });
  }

  /** Cancels the scope; one that is not open yet is cancelled from its start. Any thread. */
  public void cancel() {
    cancelCalled = true;
    Task<?> inside = task;
    if (inside != null) {
      inside.loop().inlet.run(this::spread);
    }
  }

  /** Whether {@link #cancel()} was called or the deadline has passed. Any thread. */
  public boolean isCancelCalled() {
    return cancelCalled;
  }

  /** Whether the body was left by a cancellation that this scope absorbed. */
  public boolean cancelledCaught() {
    checkThread("CancelScope.cancelledCaught()");
    return cancelledCaught;
  }

  /** Whether cancellations from further out are held off. */
  public boolean isShielded() {
    checkThread("CancelScope.isShielded()");
    return shielded;
  }

  /** Whether cancellations stop at it; at none once the loop is forced to end. */
  boolean holdsOff() {
    if (!shielded) {
      return false;
    }
    Task<?> inside = task;
    return inside == null || !inside.loop().shutdown.isForced();
  }

  /** Holds off, or lets in again, cancellations from further out; for clean-up that must await. */
  public void setShielded(boolean shielded) {
    Task<?> inside = task;
    if (inside != null) {
      inside.loop().requireLoopThread("CancelScope.setShielded()");
    }
    this.shielded = shielded;
    if (inside != null) {
      Cancellation.refreshWithin(inside, this);
    }
  }

  /**
   * Moves the deadline. Has no effect on a scope that is cancelled or closed.
   *
   * @param timeout from now on (from its start when not open yet), or null for no deadline
   */
  public void setTimeout(@Nullable Duration timeout) {
    Task<?> inside = task;
    if (inside != null) {
      inside.loop().requireLoopThread("CancelScope.setTimeout()");
    }
    if (cancelCalled || closed) {
      return;
    }
    this.timeout = timeout;
    if (inside == null) {
      return;
    }
    Deadline running = deadline;
    if (running != null) {
      inside.loop().timers.remove(running);
    }
    arm(inside);
  }

  /**
   * The time left until the deadline, zero when it has passed, or null when there is none; the
   * whole timeout when the scope is not open.
   */
  public @Nullable Duration remaining() {
    checkThread("CancelScope.remaining()");
    Deadline running = deadline;
    Task<?> inside = task;
    if (inside == null || running == null || timeout == null) {
      return timeout;
    }
    return Duration.ofNanos(Math.max(0, running.deadline - inside.loop().nanoTime()));
  }

  private void checkThread(String operation) {
    Task<?> inside = task;
    if (inside != null) {
      inside.loop().checkThread(operation);
    }
  }

  void enter(Task<?> entering) {
    if (used) {
      throw new IllegalStateException(
          "CancelScope entered twice: scope=" + this + "; make a new one for each use");
    }
    used = true;
    task = entering;
    parent = entering.scope;
    entering.scope = this;
    arm(entering);
    if (cancelCalled) {
      entering.cancelVisible = true;
    } else if (holdsOff()) {
      entering.cancelVisible = false;
    }
  }

  void exit(Task<?> leaving) {
    if (task != leaving || Task.currentOrNull() != leaving) {
      throw new IllegalStateException(
          "CancelScope left by another task: scope="
              + this
              + " task="
              + Task.currentOrNull()
              + "; leave it in the task that entered it");
    }
    closeWithin(leaving, parent);
    leaving.cancelVisible = Cancellation.isVisible(leaving);
  }

  /**
   * Closes the task's scopes down to the given one. There is more than one to close only when the
   * JVM ran out of stack or memory in the way out of an inner scope.
   */
  static void closeWithin(Task<?> leaving, @Nullable CancelScope rest) {
    for (CancelScope open = leaving.scope; open != null && open != rest; open = leaving.scope) {
      open.closed = true;
      if (open.deadline != null) {
        leaving.loop().timers.remove(open.deadline);
      }
      if (open.group != null) {
        open.group.handOver(leaving);
      }
      leaving.scope = open.parent;
      open.task = null;
    }
  }

  /**
   * The scope below all others of the task, which is there for its generators alone: most tasks
   * have none, and no field for them.
   */
  static CancelScope ofWholeBody(Task<?> task) {
    CancelScope outermost = task.scope;
    while (outermost != null && outermost.parent != null) {
      outermost = outermost.parent;
    }
    if (outermost != null && outermost.wholeBody) {
      return outermost;
    }
    CancelScope whole = new CancelScope();
    whole.wholeBody = true;
    whole.used = true;
    whole.task = task;
    if (outermost == null) {
      task.scope = whole;
    } else {
      outermost.parent = whole;
    }
    return whole;
  }

  boolean isWholeBody() {
    return wholeBody;
  }

  OpenBodies bodies() {
    OpenBodies bodies = open;
    if (bodies == null) {
      bodies = new OpenBodies();
      open = bodies;
    }
    return bodies;
  }

  /** Whether a failure that left the body stops here; after {@link #exit}. */
  boolean absorbs(Throwable failure, Task<?> outside) {
    if (!(failure instanceof Cancelled) || !cancelCalled || outside.cancelVisible) {
      return false;
    }
    cancelledCaught = true;
    return true;
  }

  boolean expired() {
    return expired;
  }

  DeadlineExceededException exceeded() {
    return new DeadlineExceededException(
        Objects.requireNonNull(timeout, "timeout"), awaitingAtExpiry);
  }

  private void arm(Task<?> inside) {
    Duration time = timeout;
    if (time == null) {
      deadline = null;
      return;
    }
    Deadline armed = new Deadline(this);
    deadline = armed;
    if (time.isZero() || time.isNegative()) {
      armed.deadline = inside.loop().nanoTime();
      expire();
    } else {
      inside.loop().timers.add(armed, inside.loop().deadlineAfter(time));
    }
  }

  private void expire() {
    if (cancelCalled) {
      return;
    }
    expired = true;
    Task<?> inside = task;
    if (inside != null) {
      String waiting = inside.waitingFor();
      awaitingAtExpiry = waiting == null ? "nothing" : waiting;
    }
    cancelCalled = true;
    spread();
  }

  private void spread() {
    if (task != null) {
      Cancellation.refreshWithin(task, this);
    } else if (group != null && !closed) {
      Cancellation.refreshChildren(group);
    }
  }

  @Override
  public String toString() {
    return "CancelScope@"
        + Integer.toHexString(System.identityHashCode(this))
        + (cancelCalled ? "[cancelled" : "[active")
        + (timeout == null ? "]" : " timeout=" + timeout + "]")
        + Origins.suffix(this);
  }

  private static final class Deadline extends Timer {
    private final CancelScope scope;

    Deadline(CancelScope scope) {
      this.scope = scope;
    }

    @Override
    void fire() {
      scope.expire();
    }
  }
}
