package dev.treadle.io;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.sync.AsyncLock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A file as the sink of a {@link StreamWriter}: the task that writes goes to the pool for it, one
 * at a time. Who is cancelled on the way leaves its bytes to the next, or to the file's end.
 */
final class FileSink implements Sink {
  private final OutputStream output;
  private final StreamWriter writer;
  private final AsyncLock oneAtATime = new AsyncLock();

  /** Added to on the loop's thread, taken from by the one thread that writes. */
  private final Queue<ByteBuf> pending = new ConcurrentLinkedQueue<>();

  FileSink(Loop loop, Object owner, OutputStream output) {
    this.output = output;
    this.writer = new StreamWriter(loop, owner, this);
  }

  StreamWriter writer() {
    return writer;
  }

  @Override
  public ByteBufAllocator allocator() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public void write(ByteBuf bytes) {
    pending.add(bytes);
    onThread(this::writePending);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void flush(Deferred<@Nullable Void> done) {
    onThread(this::writePending);
    done.complete(null);
  }

  @Override
  public void closeOutput(Deferred<@Nullable Void> done) {
    onThread(this::finish);
    done.complete(null);
  }

  /** Writes what was left, and closes the file. */
  void close() throws IOException {
    oneAtATime.run(() -> Treadle.onThread(this::finish));
  }

  /** The same on this thread; blocks. */
  void finish() throws IOException {
    try (output) {
      writePending();
    }
  }

  private void writePending() throws IOException {
    try {
      for (ByteBuf next = pending.poll(); next != null; next = pending.poll()) {
        try {
          LaneSink.writeTo(output, next);
        } finally {
          next.release();
        }
      }
    } catch (IOException failure) {
      for (ByteBuf next = pending.poll(); next != null; next = pending.poll()) {
        next.release();
      }
      throw failure;
    }
  }

  /**
   * Runs it on the pool.
   *
   * @throws Cancelled if the task's scope is cancelled before it has begun
   */
  private void onThread(Action<IOException> operation) {
    try {
      oneAtATime.run(() -> Treadle.onThread(operation));
    } catch (IOException failure) {
      writer.fail(failure);
    }
  }
}
