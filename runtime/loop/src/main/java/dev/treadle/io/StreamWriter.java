package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a task writes bytes to: asyncio's {@code StreamWriter}, without its {@code drain}.
 *
 * <p>A write hands its bytes over as a whole and starts to write them out at once. It then suspends
 * while more than the high-water mark is pending, until no more than the low one is: so a peer that
 * does not read holds up who writes to it, and memory stays bounded. A write that throws {@link
 * Cancelled} from the start has written nothing; one cancelled while it is held up is written all
 * the same. Several tasks may write; each write stays in one piece, in the order of the calls.
 *
 * <p>Confined to its loop's thread.
 */
public final class StreamWriter {
  private final Loop loop;
  private final Object owner;
  private final Sink sink;

  /** Tasks that wait until less is pending; none where every peer reads. */
  private @Nullable WaitQueue<Boolean> heldUp;

  private boolean outputClosed;
  private @Nullable IOException failure;

  /**
   * A writer into a sink.
   *
   * @param owner what messages and dumps call it, by its {@code toString}
   */
  StreamWriter(Loop loop, Object owner, Sink sink) {
    this.loop = loop;
    this.owner = owner;
    this.sink = sink;
  }

  /**
   * Writes the bytes, which the caller may change once this has returned or thrown.
   *
   * @throws UncheckedIOException if the peer is gone or the stream is closed; names the connection
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException after {@link #closeOutput()}, or outside a task
   */
  public void write(byte[] bytes) {
    begin("write");
    send(sink.allocator().ioBuffer(bytes.length).writeBytes(bytes));
  }

  /** The same for text, as UTF-8. */
  public void write(CharSequence text) {
    begin("write");
    ByteBuf bytes = sink.allocator().ioBuffer(ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(bytes, text);
    send(bytes);
  }

  /** The same for what remains in the buffer, which is consumed. */
  public void write(ByteBuffer bytes) {
    begin("write");
    send(sink.allocator().ioBuffer(bytes.remaining()).writeBytes(bytes));
  }

  /**
   * The same without a copy: the buffer is no longer the caller's, also when this throws, and is
   * released when it is written out.
   */
  public void write(ByteBuf bytes) {
    try {
      begin("write");
    } catch (Throwable refused) {
      bytes.release();
      throw refused;
    }
    send(bytes);
  }

  /**
   * Waits until everything written so far has been handed to the operating system, whatever the
   * water marks are. Not needed for it to be written out.
   *
   * @throws UncheckedIOException if the peer is gone before that
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public void flush() {
    Confinement.enter(loop, "flush");
    throwIfFailed("flush");
    if (outputClosed) {
      // Which has written everything out.
      return;
    }
    Deferred<@Nullable Void> done = new Deferred<>(loop);
    sink.flush(done);
    Treadle.await(done);
    throwIfFailed("flush");
  }

  /**
   * Says that nothing more will be written, and waits until everything has been: the peer then sees
   * the end, and may still send. asyncio's {@code write_eof}. Does nothing the second time. If the
   * wait is cancelled, the output is closed all the same once everything is written out.
   *
   * @throws UncheckedIOException if the peer is gone before that
   * @throws Cancelled if the task's scope is cancelled; from the start: nothing has happened
   * @throws IllegalStateException outside a task
   */
  public void closeOutput() {
    Confinement.enter(loop, "closeOutput");
    if (outputClosed) {
      return;
    }
    throwIfFailed("closeOutput");
    outputClosed = true;
    Deferred<@Nullable Void> done = new Deferred<>(loop);
    sink.closeOutput(done);
    Treadle.await(done);
    throwIfFailed("closeOutput");
  }

  @Override
  public String toString() {
    return "StreamWriter["
        + owner
        + (failure != null ? " failed]" : outputClosed ? " output closed]" : "]");
  }

  /** There is reason to look again whether to wait; on the loop's thread. */
  void writable() {
    if (heldUp != null) {
      heldUp.wakeAll(true);
    }
  }

  /** Nothing more can be written; the first failure stays. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause instanceof IOException io ? io : new IOException(cause);
    }
    writable();
  }

  boolean failedWith(Throwable cause) {
    return failure == cause;
  }

  private void begin(String operation) {
    Confinement.enter(loop, operation);
    throwIfFailed(operation);
    if (outputClosed) {
      throw new IllegalStateException(
          operation + "() after closeOutput(): stream=" + owner + "; write before it");
    }
  }

  private void send(ByteBuf bytes) {
    sink.write(bytes);
    while (!sink.isWritable() && failure == null) {
      awaitWritable();
    }
    throwIfFailed("write");
  }

  private void awaitWritable() {
    WaitQueue<Boolean> waiting = heldUp;
    if (waiting == null) {
      waiting = new WaitQueue<>();
      heldUp = waiting;
    }
    waiting.park("write", owner, null);
  }

  private void throwIfFailed(String operation) {
    IOException cause = failure;
    if (cause != null) {
      throw new UncheckedIOException(
          operation + "() failed: stream=" + owner + " cause=" + cause.getMessage(), cause);
    }
  }
}
