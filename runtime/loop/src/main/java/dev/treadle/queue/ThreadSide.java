package dev.treadle.queue;

import dev.treadle.Hold;
import dev.treadle.Loop;
import dev.treadle.Task;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AsyncQueue} for threads that have no loop: they block where a task suspends. The other
 * side of the queue stays as it is, so that threads and tasks are producers and consumers to one
 * another, as with Python's janus.
 *
 * <pre>{@code
 * try (ThreadSide<String> side = lines.forThreads()) {
 *   Thread.startVirtualThread(() -> read(side));            // side.put(...), side.closeQueue()
 *   for (String line : lines) handle(line);
 * }
 * }</pre>
 *
 * <p>Each call is a task of the loop, made and awaited here: it waits in line with the others, and
 * a dump shows it. A call that is interrupted or out of time is withdrawn, which the loop decides:
 * it either took effect, and returns as if it had come in time (the interrupt stays pending), or it
 * did not. An item that a put did not bring in is the caller's, and no hook gets it.
 *
 * <p>While this is open, a virtual clock does not jump and no deadlock is diagnosed. Timeouts are
 * real time, also when the loop's is virtual.
 *
 * <p>Any thread but a loop's, on which all of these but {@link #close()} throw {@link
 * IllegalStateException}.
 *
 * @param <E> the items' type; items are not null
 */
public final class ThreadSide<E> implements AutoCloseable {
  private final AsyncQueue<E> queue;
  private final Loop loop;
  private final Hold hold;
  private final Set<Call<?>> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  ThreadSide(AsyncQueue<E> queue, Loop loop) {
    this.queue = queue;
    this.loop = loop;
    this.hold = loop.hold("thread side of " + queue);
  }

  /**
   * Adds the item; blocks while the queue is full.
   *
   * @throws QueueClosedException if the queue, this side or the loop is or meanwhile gets closed
   * @throws InterruptedException if interrupted; the item is not in the queue
   */
  public void put(E item) throws InterruptedException {
    finish(begin("put", () -> admit(item)), null);
  }

  /**
   * Adds the item; blocks while the queue is full, at most for that time.
   *
   * @return false if it was full all the time
   * @throws QueueClosedException if the queue, this side or the loop is or meanwhile gets closed
   * @throws InterruptedException if interrupted; the item is not in the queue
   */
  public boolean offer(E item, Duration timeout) throws InterruptedException {
    Objects.requireNonNull(timeout, "timeout");
    return finish(begin("offer", () -> admit(item)), timeout) != null;
  }

  /**
   * Adds the item if there is room now.
   *
   * @return false if the queue is full or closed
   * @throws QueueClosedException if this side or the loop is closed
   */
  public boolean offer(E item) {
    return begin("offer", () -> queue.offer(item)).verdict();
  }

  /**
   * Takes the next item; blocks while the queue is empty.
   *
   * @throws QueueClosedException if the queue is closed and empty, or this side or the loop is or
   *     meanwhile gets closed
   * @throws InterruptedException if interrupted; no item was taken
   */
  public E take() throws InterruptedException {
    return Objects.requireNonNull(finish(begin("take", queue::take), null));
  }

  /**
   * Takes the next item; blocks while the queue is empty, at most for that time.
   *
   * @return null if it was empty all the time
   * @throws QueueClosedException if the queue is closed and empty, or this side or the loop is or
   *     meanwhile gets closed
   * @throws InterruptedException if interrupted; no item was taken
   */
  public @Nullable E poll(Duration timeout) throws InterruptedException {
    Objects.requireNonNull(timeout, "timeout");
    return finish(begin("poll", queue::take), timeout);
  }

  /**
   * Takes the next item, or gives null if there is none now.
   *
   * @throws QueueClosedException if this side or the loop is closed
   */
  public @Nullable E poll() {
    return this.<@Nullable E>begin("poll", queue::poll).verdict();
  }

  /**
   * Closes the queue itself, as {@link AsyncQueue#close()} does; for the last producer.
   *
   * @throws QueueClosedException if this side or the loop is closed
   */
  public void closeQueue() {
    begin(
            "closeQueue",
            () -> {
              queue.close();
              return true;
            })
        .verdict();
  }

  /**
   * Ends this side; the queue stays as it is. Calls that block here are withdrawn and throw {@link
   * QueueClosedException}; this does not wait for them. Does nothing the second time. Any thread,
   * the loop's too.
   */
  @Override
  public void close() {
    closed = true;
    calls.forEach(call -> call.task.cancel());
    hold.close();
  }

  @Override
  public String toString() {
    return "ThreadSide[" + (closed ? "closed " : "") + "calls=" + calls.size() + "]";
  }

  private Boolean admit(E item) {
    if (!queue.admit(item)) {
      throw queue.refused("put");
    }
    return true;
  }

  private <T extends @Nullable Object> Call<T> begin(String operation, Callable<T> body) {
    Thread caller = Thread.currentThread();
    if (Loop.isLoopThread(caller)) {
      throw new IllegalStateException(
          operation
              + "() would block a loop: thread="
              + caller.getName()
              + "; use the AsyncQueue itself in a task of its loop, or onThread(...)");
    }
    if (!closed) {
      try {
        Call<T> call =
            new Call<>(
                operation, loop.submit(operation + " from thread " + caller.getName(), body));
        calls.add(call);
        if (closed) {
          // It may have come too late for close() to see it.
          call.task.cancel();
        }
        return call;
      } catch (RejectedExecutionException loopClosed) {
        // Told below.
      }
    }
    throw ended(operation);
  }

  /**
   * Waits for the call's end, or withdraws it.
   *
   * @return null if it was withdrawn because the time was up
   */
  private <T> @Nullable T finish(Call<T> call, @Nullable Duration timeout)
      throws InterruptedException {
    try {
      if (call.isDone(timeout)) {
        return call.verdict();
      }
      call.task.cancel();
      return call.isWithdrawn() ? null : call.verdict();
    } catch (InterruptedException interrupted) {
      call.task.cancel();
      if (call.isWithdrawn()) {
        throw interrupted;
      }
      Thread.currentThread().interrupt();
      return call.verdict();
    }
  }

  private QueueClosedException ended(String operation) {
    return new QueueClosedException(
        operation
            + "() refused: "
            // Not the queue: what that holds is for its loop to look at.
            + (loop.isClosed() ? "loop=" + loop.name() : "side=" + this)
            + " is closed; end the thread that uses it");
  }

  /** A task of the loop in the place of a thread. */
  private final class Call<T extends @Nullable Object> {
    final Task<T> task;
    private final String operation;
    private final CompletableFuture<T> outcome;

    Call(String operation, Task<T> task) {
      this.operation = operation;
      this.task = task;
      this.outcome = task.toCompletableFuture();
    }

    boolean isDone(@Nullable Duration timeout) throws InterruptedException {
      try {
        if (timeout == null) {
          outcome.get();
        } else {
          outcome.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        }
      } catch (TimeoutException late) {
        return false;
      } catch (ExecutionException | CancellationException told) {
        // By verdict().
      }
      return true;
    }

    /** Waits on, whatever happens to the thread: whether the call was cancelled in time. */
    boolean isWithdrawn() {
      try {
        outcome.join();
        return false;
      } catch (CancellationException withdrawn) {
        return true;
      } catch (CompletionException failed) {
        return false;
      } finally {
        calls.remove(this);
      }
    }

    /** Waits on, whatever happens to the thread: what came of the call. */
    T verdict() {
      if (isWithdrawn()) {
        throw ended(operation);
      }
      return task.result();
    }
  }
}
