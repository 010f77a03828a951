package dev.treadle.offload.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way into a socket that never blocks. Whoever adds one writes it, unless another
 * thread is at it, which then writes this one, too; what the socket does not take, the client's
 * thread writes later. A write that may block would close the socket under a thread that gets
 * interrupted; this does not. Any thread.
 */
final class Outbox {
  /** Smaller frames that wait together are written together. */
  private static final int BATCH = 32 << 10;

  private final ConcurrentLinkedQueue<byte[]> frames = new ConcurrentLinkedQueue<>();

  /** How many have asked for a write; one at first, until it is connected. */
  private final AtomicInteger asked = new AtomicInteger(1);

  private final Runnable onFull;
  private final ByteBuffer batch = ByteBuffer.allocate(BATCH).flip();
  private @Nullable ByteBuffer large;
  private @Nullable SocketChannel channel;
  private volatile boolean broken;

  /**
   * One that is not connected yet.
   *
   * @param onFull has {@link #resume} called when the socket takes more
   */
  Outbox(Runnable onFull) {
    this.onFull = onFull;
  }

  /** Adds without writing, for who holds a lock. */
  void add(byte[] frame) {
    frames.add(frame);
  }

  /** Writes what was added. */
  void flush() {
    if (!frames.isEmpty() && asked.getAndIncrement() == 0) {
      write(1);
    }
  }

  /** On the client's thread, once: writes the first frame, then all others. */
  void connected(SocketChannel to, byte[] first) {
    channel = to;
    large = ByteBuffer.wrap(first);
    resume();
  }

  /** On the client's thread, when the socket takes more. */
  void resume() {
    write(asked.get());
  }

  boolean isEmpty() {
    return broken || frames.isEmpty() && asked.get() == 0;
  }

  /** What is added from now on is dropped. */
  void broken() {
    broken = true;
    frames.clear();
  }

  private void write(int seen) {
    int missed = seen;
    do {
      try {
        if (!broken && !writeAll()) {
          // Still counted as writing, until resume().
          onFull.run();
          return;
        }
      } catch (IOException gone) {
        // The client's thread sees that, too, and tells everybody.
        broken();
      }
      missed = asked.addAndGet(-missed);
    } while (missed != 0);
  }

  /** False if the socket is full. */
  private boolean writeAll() throws IOException {
    SocketChannel to = channel;
    while (to != null && fill()) {
      ByteBuffer next = batch.hasRemaining() ? batch : large;
      while (next != null && next.hasRemaining()) {
        if (to.write(next) == 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** What is filled first is written first; false if there is nothing. */
  private boolean fill() {
    ByteBuffer pending = large;
    if (batch.hasRemaining() || pending != null && pending.hasRemaining()) {
      return true;
    }
    large = null;
    batch.clear();
    for (byte[] frame = frames.peek(); frame != null; frame = frames.peek()) {
      if (frame.length <= batch.remaining()) {
        batch.put(frame);
      } else if (batch.position() == 0) {
        large = ByteBuffer.wrap(frame);
      } else {
        break;
      }
      frames.remove();
      if (large != null) {
        break;
      }
    }
    batch.flip();
    return batch.hasRemaining() || large != null;
  }
}
