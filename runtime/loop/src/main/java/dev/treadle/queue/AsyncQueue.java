package dev.treadle.queue;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import dev.treadle.Clause;
import dev.treadle.Handler;
import dev.treadle.Loop;
import dev.treadle.Receiver;
import dev.treadle.WaitQueue;
import dev.treadle.internal.Taking;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue between tasks of one loop, with back-pressure: a put into a full queue suspends, a take
 * from an empty one too. asyncio's {@code Queue} with {@code shutdown}, and Kotlin's hook for what
 * was never delivered. FIFO unless made by {@link #lifo()} or {@link #priority}.
 *
 * <pre>{@code
 * var lines = AsyncQueue.<String>bounded(10);
 * spawn(() -> { for (String line : text) lines.put(line); lines.close(); });
 * for (String line : lines) System.out.println(line);      // ends when closed and drained
 * }</pre>
 *
 * <p>Waiting tasks are served in the order in which they came, and nobody overtakes them. An item
 * is handed to a taker in the same step that wakes it, so none is lost with a taker that gets
 * cancelled: it keeps the item, and learns of the cancellation at its next suspension.
 *
 * <p>Confined to one loop's thread.
 *
 * @param <E> the items' type; items are not null
 */
public final class AsyncQueue<E> implements Iterable<E> {
  private final Queue<E> items;
  private final int capacity;
  private final WaitQueue<@Nullable E> takers = new WaitQueue<>();

  /** Tasks in put(), each with its item; woken with whether it was accepted. */
  private final WaitQueue<Boolean> putters = new WaitQueue<>();

  private final WaitQueue<Boolean> joiners = new WaitQueue<>();
  private final Loop loop;
  private @Nullable Consumer<? super E> onUndelivered;
  private long unfinished;
  private boolean closed;

  private AsyncQueue(int capacity, Queue<E> items) {
    this.loop = Loop.current();
    this.capacity = capacity;
    this.items = items;
  }

  /**
   * A queue of the loop on this thread that holds at most that many items.
   *
   * @throws IllegalArgumentException if the capacity is not positive
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <E> AsyncQueue<E> bounded(int capacity) {
    return new AsyncQueue<>(positive(capacity, "AsyncQueue.unbounded()"), new ArrayDeque<>());
  }

  /**
   * A queue of the loop on this thread whose puts never wait.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <E> AsyncQueue<E> unbounded() {
    return new AsyncQueue<>(Integer.MAX_VALUE, new ArrayDeque<>());
  }

  /**
   * A {@link #bounded} queue whose takes give the item put last: asyncio's {@code LifoQueue}. An
   * item handed to a task that waits for one is taken at that moment.
   */
  public static <E> AsyncQueue<E> lifo(int capacity) {
    return new AsyncQueue<>(
        positive(capacity, "AsyncQueue.lifo()"), Collections.asLifoQueue(new ArrayDeque<>()));
  }

  /** The same without a limit. */
  public static <E> AsyncQueue<E> lifo() {
    return new AsyncQueue<>(Integer.MAX_VALUE, Collections.asLifoQueue(new ArrayDeque<>()));
  }

  /**
   * A {@link #bounded} queue whose takes give the smallest item, and of equal ones the oldest:
   * asyncio's {@code PriorityQueue}. An item handed to a task that waits for one is taken at that
   * moment, whatever is put later in the same turn; puts that wait for room are served in the order
   * in which they came.
   *
   * @param comparator must not throw
   */
  public static <E> AsyncQueue<E> priority(int capacity, Comparator<? super E> comparator) {
    return new AsyncQueue<>(
        positive(capacity, "AsyncQueue.priority(comparator)"),
        new StablePriorityQueue<>(comparator));
  }

  /** The same without a limit. */
  public static <E> AsyncQueue<E> priority(Comparator<? super E> comparator) {
    return new AsyncQueue<>(Integer.MAX_VALUE, new StablePriorityQueue<>(comparator));
  }

  private static int positive(int capacity, String unlimited) {
    if (capacity <= 0) {
      throw new IllegalArgumentException(
          "queue capacity must be positive: capacity="
              + capacity
              + "; use "
              + unlimited
              + " for no limit");
    }
    return capacity;
  }

  /**
   * Sets what gets each item that was accepted or offered for delivery and will never be delivered:
   * of a put that was cancelled or met a closed queue, and whatever {@link #closeNow()} drops. For
   * items that own something. What the hook throws goes to the loop's failure handler.
   *
   * @return this
   */
  public AsyncQueue<E> onUndelivered(Consumer<? super E> hook) {
    this.onUndelivered = Objects.requireNonNull(hook, "hook");
    return this;
  }

  /**
   * Adds the item; suspends while the queue is full.
   *
   * @throws QueueClosedException if the queue is or meanwhile gets closed; the item is not in it
   * @throws Cancelled if the task's scope is cancelled; the item is not in the queue
   * @throws IllegalStateException outside a task when the queue is full
   */
  public void put(E item) {
    boolean accepted;
    try {
      accepted = admit(item);
    } catch (Cancelled cancelled) {
      undelivered(item);
      throw cancelled;
    }
    if (!accepted) {
      undelivered(item);
      throw refused("put");
    }
  }

  /**
   * Adds the item if there is room.
   *
   * @return false if the queue is full or closed; the item is then the caller's, and no hook is
   *     called
   */
  public boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    confine("offer");
    if (closed || !hasRoom()) {
      return false;
    }
    accept(item);
    return true;
  }

  /**
   * Takes the next item; suspends while the queue is empty.
   *
   * @throws QueueClosedException if the queue is closed and empty
   * @throws Cancelled if the task's scope is cancelled; no item was taken
   * @throws IllegalStateException outside a task when the queue is empty
   */
  public E take() {
    E item = takeOrNull();
    if (item == null) {
      throw refused("take");
    }
    return item;
  }

  /** Takes the next item, or gives null if there is none now. */
  public @Nullable E poll() {
    confine("poll");
    E item = items.poll();
    if (item != null) {
      admitPutter();
    }
    return item;
  }

  /**
   * A clause of {@link dev.treadle.Treadle#select} that takes an item. If the queue is closed and
   * empty the clause wins and select throws {@link QueueClosedException}.
   */
  public <T extends @Nullable Object> Clause<T> onTake(Handler<? super E, ? extends T> handler) {
    Objects.requireNonNull(handler, "handler");
    confine("onTake");
    return takers.clause(
        "take",
        this,
        null,
        () -> closed || !items.isEmpty(),
        this::poll,
        item -> {
          if (item == null) {
            throw refused("take");
          }
          return handler.handle(item);
        });
  }

  /** The same without a value. */
  @SuppressWarnings("overloads") // A handler in braces says which it is.
  public Clause<@Nullable Void> onTake(Receiver<? super E> receiver) {
    Objects.requireNonNull(receiver, "receiver");
    return onTake(
        item -> {
          receiver.receive(item);
          return null;
        });
  }

  /**
   * A clause of {@link dev.treadle.Treadle#select} that puts the item; the item of a clause that
   * does not win stays the caller's, and no hook is called. If the queue is closed the clause wins
   * and select throws {@link QueueClosedException}.
   */
  public <T extends @Nullable Object> Clause<T> onPut(E item, Callable<? extends T> body) {
    Objects.requireNonNull(item, "item");
    Objects.requireNonNull(body, "body");
    confine("onPut");
    return putters.clause(
        "put",
        this,
        item,
        () -> closed || hasRoom(),
        () -> offer(item),
        accepted -> {
          if (!accepted) {
            throw refused("put");
          }
          return body.call();
        });
  }

  /** The same without a value. */
  public Clause<@Nullable Void> onPut(E item, Action<Exception> body) {
    Objects.requireNonNull(body, "body");
    return onPut(
        item,
        () -> {
          body.run();
          return null;
        });
  }

  /**
   * Says that one taken item has been dealt with; see {@link #join()}.
   *
   * @throws IllegalStateException if called more often than items were put
   */
  public void taskDone() {
    confine("taskDone");
    if (unfinished == 0) {
      throw new IllegalStateException(
          "taskDone() called too often: queue=" + this + "; call it once for each item taken");
    }
    if (--unfinished == 0) {
      joiners.wakeAll(true);
    }
  }

  /**
   * Suspends until {@link #taskDone()} was called for every item ever put.
   *
   * @throws Cancelled if the task's scope is cancelled
   */
  public void join() {
    confine("join");
    loop.checkCancelled();
    if (unfinished > 0) {
      joiners.park("join", this, null);
    }
  }

  /**
   * Lets nothing more in; what is in the queue can still be taken. Tasks suspended in {@link #put}
   * get a {@link QueueClosedException}, those in {@link #take} too as the queue is empty. Does
   * nothing the second time.
   */
  public void close() {
    confine("close");
    if (!closed) {
      closed = true;
      putters.wakeAll(false);
      takers.wakeAll(null);
    }
  }

  /** Closes and drops what is in the queue; the hook gets each item. */
  public void closeNow() {
    close();
    for (E item = items.poll(); item != null; item = items.poll()) {
      undelivered(item);
      taskDone();
    }
  }

  /**
   * A side of this queue for threads without a loop, where puts and takes block; see {@link
   * ThreadSide}. Close it when those threads are done.
   */
  public ThreadSide<E> forThreads() {
    confine("forThreads");
    return new ThreadSide<>(this, loop);
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** How many items can be taken now without waiting. */
  public int size() {
    return items.size();
  }

  /** Whether a take would wait. */
  public boolean isEmpty() {
    return items.isEmpty();
  }

  /** How many items it holds at most; {@link Integer#MAX_VALUE} when unbounded. */
  public int capacity() {
    return capacity;
  }

  /**
   * Takes items until the queue is closed and empty; {@code hasNext} suspends. Several tasks may
   * iterate at once: each item goes to one of them. Leaving the loop early leaves the queue as it
   * is.
   */
  @Override
  public Iterator<E> iterator() {
    return new Taking<>() {
      @Override
      protected @Nullable E take() {
        return takeOrNull();
      }

      @Override
      protected String atEnd() {
        return "queue is closed and empty: queue=" + AsyncQueue.this;
      }
    };
  }

  @Override
  public String toString() {
    return "AsyncQueue["
        + items.size()
        + (capacity == Integer.MAX_VALUE ? "" : "/" + capacity)
        + (closed ? " closed" : "")
        + " putters="
        + putters.size()
        + " takers="
        + takers.size()
        + "]";
  }

  @Nullable E takeOrNull() {
    confine("take");
    loop.checkCancelled();
    E item = items.poll();
    if (item != null) {
      admitPutter();
      return item;
    }
    return closed ? null : takers.park("take", this, null);
  }

  /** Put without the hook: whether the queue, not being closed, took it. */
  boolean admit(E item) {
    Objects.requireNonNull(item, "item");
    confine("put");
    loop.checkCancelled();
    if (!closed && hasRoom()) {
      accept(item);
      return true;
    }
    return !closed && putters.park("put", this, item);
  }

  private boolean hasRoom() {
    return items.size() < capacity;
  }

  private void accept(E item) {
    if (!takers.wake(item)) {
      items.add(item);
    }
    unfinished++;
  }

  /** There is room for one: takes in the item of the task that waits longest. */
  private void admitPutter() {
    @SuppressWarnings("unchecked")
    E item = (E) putters.peekPayload();
    if (item != null) {
      putters.wake(true);
      accept(item);
    }
  }

  private void confine(String operation) {
    if (!loop.isLoopThread()) {
      throw new IllegalStateException(
          operation
              + "() on a wrong thread: thread="
              + Thread.currentThread().getName()
              + " loop="
              + loop.name()
              + "; use forThreads(), or hand it over with Loop.execute(...)");
    }
  }

  private void undelivered(E item) {
    Consumer<? super E> hook = onUndelivered;
    if (hook == null) {
      return;
    }
    try {
      hook.accept(item);
    } catch (RuntimeException | Error failure) {
      loop.reportFailure("onUndelivered of " + this, failure);
    }
  }

  QueueClosedException refused(String operation) {
    return new QueueClosedException(
        operation + "() refused: queue=" + this + " is closed; end the loop that uses it");
  }
}
