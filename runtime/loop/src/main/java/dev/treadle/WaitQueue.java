package dev.treadle;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The building block of awaitables: a FIFO queue of suspended tasks, each with an optional payload,
 * as trio's {@code ParkingLot}. Confined to the loop's thread.
 *
 * <p>A wake-up hands the value over in the same step as it removes the task from the queue: a task
 * cancelled before that is no longer here, one cancelled after it still gets the value and learns
 * of the cancellation at its next suspension. So nothing handed over is ever lost.
 *
 * @param <E> what a waiting task is handed
 */
public final class WaitQueue<E extends @Nullable Object> {
  private @Nullable Waiter<E> head;
  private @Nullable Waiter<E> tail;
  private int size;

  /** An empty queue. Any thread. */
  public WaitQueue() {
    Origins.note(this, null);
  }

  /** The same for something of the given loop; on whatever thread that may be. */
  WaitQueue(Loop loop) {
    Origins.note(this, loop);
  }

  /** How many tasks wait. */
  public int size() {
    Origins.checkThread(this, "WaitQueue.size()");
    return size;
  }

  /** Whether no task waits. */
  public boolean isEmpty() {
    Origins.checkThread(this, "WaitQueue.isEmpty()");
    return head == null;
  }

  /**
   * Suspends the current task at the end of the queue until it is woken.
   *
   * @param operation what the task is doing, for the task dump, such as {@code take}
   * @param owner what it is doing it to, for the task dump
   * @param payload what the one who wakes the task may want to see
   * @return what the task was handed
   * @throws Cancelled if the task's scope is or gets cancelled; it has left the queue then
   * @throws IllegalStateException if called outside a task
   */
  public E park(String operation, Object owner, @Nullable Object payload) {
    Task<?> task = Task.currentOrNull();
    if (task == null) {
      // The sentence is made only here: a string for each wait would cost more than its look-up.
      throw LoopErrors.outsideTask(operation + "()");
    }
    return park(task, operation, owner, payload);
  }

  E park(Task<?> task, String operation, Object owner, @Nullable Object payload) {
    Origins.checkThread(this, "WaitQueue.park()");
    Waiter<E> waiter = new Waiter<>(this, task, operation, owner, payload);
    link(waiter);
    task.park(waiter);
    return waiter.handed();
  }

  /** The payload of the task that waits longest, or null if none waits or it has none. */
  public @Nullable Object peekPayload() {
    Origins.checkThread(this, "WaitQueue.peekPayload()");
    return head == null ? null : head.payload;
  }

  /**
   * Wakes the task that waits longest; it runs in the next turn.
   *
   * @return false if no task waits
   */
  public boolean wake(E value) {
    Origins.checkThread(this, "WaitQueue.wake()");
    Waiter<E> first = head;
    if (first == null) {
      return false;
    }
    unlink(first);
    first.wake(value);
    return true;
  }

  /** Wakes every task that waits now, in order. */
  public void wakeAll(E value) {
    Origins.checkThread(this, "WaitQueue.wakeAll()");
    for (int n = size; n > 0; n--) {
      wake(value);
    }
  }

  /**
   * A clause of a {@link Treadle#select} that waits in this queue as {@link #park} would, for what
   * is built on this: the select is woken like a task, and has left its other places when {@link
   * #wake} returns.
   *
   * @param operation what the task is doing, for the task dump
   * @param owner what it is doing it to, for the task dump
   * @param payload what the one who wakes it may want to see
   * @param ready whether it need not wait now
   * @param now does it where it is ready, and gives what it would have been handed
   * @param handler what the select then does, in its task
   */
  public <T extends @Nullable Object> Clause<T> clause(
      String operation,
      Object owner,
      @Nullable Object payload,
      BooleanSupplier ready,
      Supplier<E> now,
      Handler<? super E, ? extends T> handler) {
    return new QueueClause<>(this, operation, owner, payload, ready, now, handler);
  }

  /** Adds a callback in the place of a task; abandon the result to take it out again. */
  Wait addCallback(Consumer<E> callback, @Nullable Object payload) {
    Waiter<E> waiter = new Waiter<>(this, null, "callback", callback, payload);
    link(waiter);
    return waiter;
  }

  /** The task that waits longest, or null. Any thread, for a look. */
  @Nullable Task<?> firstTask() {
    for (Waiter<E> waiter = head; waiter != null; waiter = waiter.next) {
      if (waiter.task != null) {
        return waiter.task;
      }
    }
    return null;
  }

  /** Adds the names of who waits, as messages call them, until there are so many. */
  void nameWaiters(int most, List<String> into) {
    for (Waiter<E> waiter = head; waiter != null && into.size() < most; waiter = waiter.next) {
      if (waiter.task != null) {
        into.add(waiter.task.describe());
      } else if (waiter.owner instanceof Awaiter awaiter) {
        into.add(awaiter.describeAwaiter());
      }
    }
  }

  /** Gives the tasks that wait, in order. */
  void forEachTask(Consumer<Task<?>> each) {
    for (Waiter<E> waiter = head; waiter != null; waiter = waiter.next) {
      if (waiter.task != null) {
        each.accept(waiter.task);
      }
    }
  }

  private void link(Waiter<E> waiter) {
    Waiter<E> last = tail;
    waiter.previous = last;
    if (last == null) {
      head = waiter;
    } else {
      last.next = waiter;
    }
    tail = waiter;
    size++;
  }

  private void unlink(Waiter<E> waiter) {
    Waiter<E> before = waiter.previous;
    Waiter<E> after = waiter.next;
    if (before == null) {
      head = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    waiter.previous = null;
    waiter.next = null;
    size--;
  }

  private static final class Waiter<E extends @Nullable Object> implements Wait {
    private final WaitQueue<E> queue;
    private final @Nullable Task<?> task;
    private final String operation;
    private final Object owner;
    private final @Nullable Object payload;
    private @Nullable Waiter<E> previous;
    private @Nullable Waiter<E> next;
    private @Nullable E value;

    Waiter(
        WaitQueue<E> queue,
        @Nullable Task<?> task,
        String operation,
        Object owner,
        @Nullable Object payload) {
      this.queue = queue;
      this.task = task;
      this.operation = operation;
      this.owner = owner;
      this.payload = payload;
    }

    @SuppressWarnings("unchecked")
    void wake(E handed) {
      if (task != null) {
        value = handed;
        task.wake();
      } else {
        ((Consumer<E>) owner).accept(handed);
      }
    }

    // Null only where E admits it: a woken waiter has what wake() was given.
    @SuppressWarnings("NullAway")
    E handed() {
      return value;
    }

    @Override
    public boolean abandon() {
      queue.unlink(this);
      return true;
    }

    @Override
    public String describe() {
      return operation + " " + Awaitable.describe(owner);
    }

    @Override
    public void forEachAwaited(Consumer<Task<?>> each) {
      if (owner instanceof Task<?> awaited) {
        each.accept(awaited);
      }
    }
  }
}
