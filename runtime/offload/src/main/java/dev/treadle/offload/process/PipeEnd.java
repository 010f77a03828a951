package dev.treadle.offload.process;

import dev.treadle.Awaitable;
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
 * One end of a {@link Pipe}: {@code multiprocessing.connection.Connection}. Messages arrive whole,
 * in order, as copies.
 *
 * <p>Who has sent it to another process, by a step that captures it, has no use of it any more; the
 * first process that makes use of it has it for itself. Where this end is closed or its process
 * ends, however that happens, the other receives what was sent before, then the end; what that
 * sends then fails with a {@link PeerLostException}. An end that was sent with a step that never
 * runs is noticed where {@link WorkerProcess} was to run it; otherwise close the {@link Pipe}.
 *
 * <p>Where a send or receive has to wait, it suspends a task and blocks any other thread. Any
 * thread; on a loop's thread only tasks may wait. What several receive at once is shared out among
 * them.
 *
 * @param <T> the messages' type: serializable and not null
 */
public final class PipeEnd<T> implements Iterable<T>, Serializable, AutoCloseable {
  @Serial private static final long serialVersionUID = 1;

  private final transient Handle handle;
  private final transient Port port;
  private transient volatile @Nullable ObjectInputFilter filter;
  private transient volatile boolean sent;
  private transient volatile boolean closed;

  PipeEnd(Handle handle, Port port) {
    this.handle = handle;
    this.port = port;
  }

  /** Sets what looks at each object that is read; see {@link ProcessQueue#filter}. */
  public PipeEnd<T> filter(ObjectInputFilter newFilter) {
    this.filter = Objects.requireNonNull(newFilter, "filter");
    return this;
  }

  /**
   * Sends a message; waits while too many have not been received. It has not been received when
   * this returns.
   *
   * @throws NotSendableException if it cannot be serialized, or has more than 1 GiB; only this send
   *     fails
   * @throws PeerLostException if the other end is closed or its process has ended, or the pipe's
   *     home is gone
   * @throws QueueClosedException after {@link #closeOutput()}
   * @throws Cancelled if the task's scope is cancelled; nothing is sent
   * @throws IllegalStateException if this end is closed, or was sent to another process
   */
  public void send(T message) {
    begin("send");
    CompletableFuture<State> waiting = port.put(Items.encode("send", message));
    State state = waiting == null ? State.OPEN : Waits.await(waiting);
    if (state != State.OPEN) {
      throw refused("send", state);
    }
  }

  /**
   * Receives the next message; waits until there is one.
   *
   * @return null at the end: the other end is closed or its process has ended, and all was received
   * @throws PeerLostException if the pipe's home is gone
   * @throws UncheckedIOException if the message cannot be read here; it is dropped, the next can
   *     still be received
   * @throws Cancelled if the task's scope is cancelled; nothing is received
   * @throws IllegalStateException if this end is closed, or was sent to another process
   */
  @SuppressWarnings("unchecked") // What an end of that type was sent.
  public @Nullable T receive() {
    begin("receive");
    Delivery delivery = Waits.await(port.take());
    if (delivery.seq() < 0) {
      if (port.ending() == State.LOST) {
        throw refused("receive", State.LOST);
      }
      return null;
    }
    port.received(delivery);
    return (T) Items.decode("receive", this, delivery, filter);
  }

  /**
   * Whether {@link #receive} would not wait: there is a message, or the end. Waits for that, at
   * most for the time; takes nothing.
   *
   * @param timeout zero or less: not at all
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException if this end is closed, or was sent to another process
   */
  public boolean poll(Duration timeout) {
    begin("poll");
    return Waits.await(port.readable(), timeout) != null;
  }

  /**
   * Done when {@link #receive} would not wait, for {@link dev.treadle.Treadle#awaitUntil} and
   * {@link dev.treadle.Treadle#select} beside others: {@code multiprocessing.connection.wait}.
   * Takes nothing. Until it is done, a virtual clock does not jump. On a loop's thread.
   *
   * @throws IllegalStateException on another thread, or if this end is closed or was sent away
   */
  public Awaitable<Boolean> readable() {
    begin("readable");
    return Sentinel.of(port.readable(), "message of " + handle.name());
  }

  /**
   * Says that nothing more will be sent; the other end receives what was sent before, then the end.
   * Does nothing the second time. Waits until the pipe's home has done so.
   */
  public void closeOutput() {
    begin("closeOutput");
    Waits.await(port.close());
  }

  /**
   * Closes this end: neither sends nor receives any more, and what it has not received is dropped.
   * What it has sent still arrives. Waits for nothing. Does nothing the second time, or if it was
   * sent to another process.
   */
  @Override
  public void close() {
    if (!sent && !closed) {
      closed = true;
      port.leave();
    }
  }

  /** The messages, up to the end. Throws what {@link #receive} does. */
  @Override
  public Iterator<T> iterator() {
    return new Taking<>() {
      @Override
      protected @Nullable T take() {
        return receive();
      }

      @Override
      protected String atEnd() {
        return "no more messages: end=" + PipeEnd.this;
      }
    };
  }

  @Override
  public String toString() {
    return "PipeEnd[" + handle.name() + (sent ? " sent]" : closed ? " closed]" : " " + port + "]");
  }

  /** How another process finds it. */
  Handle handle() {
    return handle;
  }

  /** Both ends end: of the pipe itself, in its home. */
  void abandon() {
    closed = true;
    if (port instanceof LocalPort local) {
      local.input().abandon(State.ABANDONED);
    }
  }

  private void begin(String operation) {
    if (sent || closed) {
      throw new IllegalStateException(
          operation
              + "() at an end that is not here: end="
              + this
              + (sent
                  ? "; it belongs to the process it was sent to: use the other end"
                  : "; keep it open for as long as it is used"));
    }
    Waits.checkCancelled();
  }

  private IllegalStateException refused(String operation, State why) {
    return switch (why) {
      case CLOSED ->
          new QueueClosedException(
              operation + "() refused: end=" + this + "; its output is closed");
      case LOST ->
          new PeerLostException(
              operation
                  + "() failed: end="
                  + this
                  + " has lost the pipe's home, process "
                  + handle.home()
                  + port.detail()
                  + "; make the pipe where it is needed longest");
      default ->
          new PeerLostException(
              operation
                  + "() failed: end="
                  + this
                  + "; the other end is closed, or its process has ended");
    };
  }

  @Serial
  private Object writeReplace() {
    sent = true;
    SentEnds.note(handle);
    return new Sent(handle);
  }

  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("an end of a pipe comes as its handle");
  }

  /** What goes to another process. */
  private record Sent(Handle handle) implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    @Serial
    private Object readResolve() {
      return new PipeEnd<>(handle, Ports.of(handle));
    }
  }
}
