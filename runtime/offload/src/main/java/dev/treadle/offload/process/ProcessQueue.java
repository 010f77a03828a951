package dev.treadle.offload.process;

import dev.treadle.Cancelled;
import dev.treadle.internal.Taking;
import dev.treadle.offload.NotSendableException;
import dev.treadle.queue.QueueClosedException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A queue between processes, with many producers and many consumers: {@code multiprocessing.Queue}
 * with an end. A step that captures it uses it in its worker process.
 *
 * <pre>{@code
 * try (var counts = ProcessQueue.<Integer>bounded(1000);
 *     var child = WorkerProcess.start("counter", () -> {
 *       for (int i = 0; i < 5; i++) counts.put(i);
 *       counts.close();
 *     })) {
 *   for (int count : counts) System.out.println(count);    // ends when closed and drained
 * }
 * }</pre>
 *
 * <p>Its home is the process that made it. The items are there, in the order in which they came;
 * those of one producer keep their order. Other processes reach it by a Unix socket in a directory
 * of this user alone, with a secret that only they are sent; no lock is shared between processes.
 * The home's end of the socket is driven by the loop of the task that made the queue, or, when a
 * thread without a loop did, by a loop of its own.
 *
 * <p>What is put is serialized, also where it is taken in the same process: a taken item is always
 * a copy. It arrives whole or not at all. Where a put or a take has to wait, it suspends a task and
 * blocks any other thread; in the order in which they came.
 *
 * <p>Who dies takes nothing along: an item on its way to a consumer that dies before it has
 * received it goes to the next one, at the front; one that has been received is that consumer's. An
 * item that a producer was still writing when it died is dropped, and the room for it is free
 * again. Where the home dies, or the loop that serves it ends, puts and takes throw {@link
 * PeerLostException}, in whatever process. What a put in another process has accepted is on its way
 * when that returns, and is written out before the process exits, but for one that is killed.
 *
 * <p>Any thread; on a loop's thread only tasks may wait.
 *
 * @param <T> the items' type: serializable and not null
 */
public final class ProcessQueue<T> implements Iterable<T>, Serializable, AutoCloseable {
  @Serial private static final long serialVersionUID = 1;

  private final transient Handle handle;
  private final transient Port port;
  private transient volatile @Nullable ObjectInputFilter filter;

  ProcessQueue(Handle handle, Port port) {
    this.handle = handle;
    this.port = port;
  }

  /**
   * A queue that holds at most that many items. The first queue or pipe of a loop suspends the task
   * for a moment.
   *
   * @throws IllegalArgumentException if the capacity is not positive
   * @throws UncheckedIOException if there is no place for its socket
   * @throws IllegalStateException in a callback of a loop
   */
  public static <T> ProcessQueue<T> bounded(int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException(
          "queue capacity must be positive: capacity="
              + capacity
              + "; use ProcessQueue.unbounded() for no limit");
    }
    Broker.Served served = Broker.queue(capacity);
    return new ProcessQueue<>(served.handle(), served.port());
  }

  /** The same without a limit: its puts never wait. */
  public static <T> ProcessQueue<T> unbounded() {
    return bounded(Integer.MAX_VALUE);
  }

  /**
   * Sets what looks at each object that is read from an item in this process, in place of the
   * default, which refuses what is absurdly deep or large. What it refuses fails that take alone.
   *
   * @return this
   */
  public ProcessQueue<T> filter(ObjectInputFilter newFilter) {
    this.filter = Objects.requireNonNull(newFilter, "filter");
    return this;
  }

  /**
   * Adds the item; waits while the queue is full.
   *
   * @throws NotSendableException if it cannot be serialized, or has more than 1 GiB; only this put
   *     fails
   * @throws QueueClosedException if the queue is or meanwhile gets closed; the item is not in it
   * @throws PeerLostException if its home is gone
   * @throws Cancelled if the task's scope is cancelled; the item is not in the queue
   * @throws java.util.concurrent.CompletionException if the blocked thread is interrupted; the same
   * @throws IllegalStateException in a callback of a loop when the queue is full
   */
  public void put(T item) {
    Waits.checkCancelled();
    CompletableFuture<State> waiting = port.put(Items.encode("put", item));
    State state = waiting == null ? State.OPEN : Waits.await(waiting);
    if (state != State.OPEN) {
      throw refused("put", state);
    }
  }

  /**
   * Adds the item if there is room now. Elsewhere than at home this may wait for the home's answer.
   * Room that the home has just promised to a put of another process counts as taken.
   *
   * @return false if the queue is full or closed
   * @throws NotSendableException if it cannot be serialized
   * @throws PeerLostException if its home is gone
   */
  public boolean offer(T item) {
    Waits.checkCancelled();
    State state = Waits.await(port.offer(Items.encode("offer", item)));
    if (state == State.LOST) {
      throw refused("offer", state);
    }
    return state == State.OPEN;
  }

  /**
   * Adds the item; waits while the queue is full, at most for that time.
   *
   * @return false if it was full all the time
   * @throws QueueClosedException if the queue is or meanwhile gets closed
   * @throws PeerLostException if its home is gone
   */
  public boolean offer(T item, Duration timeout) {
    Waits.checkCancelled();
    CompletableFuture<State> waiting = port.put(Items.encode("offer", item));
    State state = waiting == null ? State.OPEN : Waits.await(waiting, timeout);
    if (state != null && state != State.OPEN) {
      throw refused("offer", state);
    }
    return state != null;
  }

  /**
   * Takes the next item; waits while the queue is empty.
   *
   * @throws QueueClosedException if the queue is closed and empty
   * @throws PeerLostException if its home is gone
   * @throws UncheckedIOException if the item cannot be read here; it is dropped, the queue goes on
   * @throws Cancelled if the task's scope is cancelled; no item was taken
   * @throws java.util.concurrent.CompletionException if the blocked thread is interrupted; the same
   * @throws IllegalStateException in a callback of a loop when the queue is empty
   */
  public T take() {
    T item = takeOrNull();
    if (item == null) {
      throw refused("take", State.CLOSED);
    }
    return item;
  }

  /**
   * Takes the next item, or gives null if there is none now, or it is closed and empty. Elsewhere
   * than at home this waits for the home's answer.
   *
   * @throws PeerLostException if its home is gone
   * @throws UncheckedIOException if the item cannot be read here
   */
  public @Nullable T poll() {
    Waits.checkCancelled();
    return received("poll", Waits.await(port.poll()));
  }

  /**
   * Takes the next item; waits while the queue is empty, at most for that time.
   *
   * @return null if it was empty all the time
   * @throws QueueClosedException if the queue is closed and empty
   * @throws PeerLostException if its home is gone
   * @throws UncheckedIOException if the item cannot be read here
   */
  public @Nullable T poll(Duration timeout) {
    Waits.checkCancelled();
    Delivery delivery = Waits.await(port.take(), timeout);
    if (delivery == null) {
      return null;
    }
    T item = received("poll", delivery);
    if (item == null) {
      throw refused("poll", State.CLOSED);
    }
    return item;
  }

  /**
   * Lets nothing more in, in whatever process; what is in the queue can still be taken. Puts that
   * wait get a {@link QueueClosedException}, takes too as soon as the queue is empty. Elsewhere
   * than at home this waits until the home has done so. Does nothing the second time.
   */
  @Override
  public void close() {
    Waits.await(port.close());
  }

  /** Closes and drops what is in the queue. */
  public void closeNow() {
    Waits.await(port.closeNow());
  }

  /** Whether it is closed, as far as this process knows. */
  public boolean isClosed() {
    return port.state() != State.OPEN;
  }

  /**
   * Takes items until the queue is closed and empty; {@code hasNext} waits. Several may iterate at
   * once, in several processes: each item goes to one of them. Throws what {@link #take} does, but
   * for {@link QueueClosedException}.
   */
  @Override
  public Iterator<T> iterator() {
    return new Taking<>() {
      @Override
      protected @Nullable T take() {
        return takeOrNull();
      }

      @Override
      protected String atEnd() {
        return "queue is closed and empty: queue=" + ProcessQueue.this;
      }
    };
  }

  @Override
  public String toString() {
    return "ProcessQueue[" + handle.id() + " home=" + handle.home() + " " + port + "]";
  }

  /** How another process finds it. */
  Handle handle() {
    return handle;
  }

  private @Nullable T takeOrNull() {
    Waits.checkCancelled();
    return received("take", Waits.await(port.take()));
  }

  /** Null if there is none. */
  @SuppressWarnings("unchecked") // What a queue of that type was put.
  private @Nullable T received(String operation, Delivery delivery) {
    if (delivery.seq() < 0) {
      if (port.ending() == State.LOST && delivery == Delivery.END) {
        throw refused(operation, State.LOST);
      }
      return null;
    }
    port.received(delivery);
    return (T) Items.decode(operation, this, delivery, filter);
  }

  private IllegalStateException refused(String operation, State why) {
    return why == State.LOST
        ? new PeerLostException(
            operation
                + "() failed: queue="
                + this
                + " has lost its home, process "
                + handle.home()
                + port.detail()
                + "; make the queue where it is needed longest")
        : new QueueClosedException(
            operation + "() refused: queue=" + this + " is closed; end the loop that uses it");
  }

  @Serial
  private Object writeReplace() {
    return new Sent(handle);
  }

  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a queue comes as its handle");
  }

  /** What goes to another process. */
  private record Sent(Handle handle) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    @Serial
    private Object readResolve() {
      return new ProcessQueue<>(handle, Ports.of(handle));
    }
  }
}
