package dev.treadle.io;

import dev.treadle.Deferred;
import dev.treadle.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A blocking output as the sink of a {@link StreamWriter}: a write suspends until the operating
 * system has its bytes, which buffers enough. A write that nobody waits for any more goes on.
 */
final class LaneSink implements Sink {
  private static final int CHUNK = 64 << 10;

  private final BlockingLane lane;
  private final String name;
  private final OutputStream output;
  private final StreamWriter writer;

  LaneSink(Loop loop, Object owner, BlockingLane lane, String name, OutputStream output) {
    this.lane = lane;
    this.name = name;
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
    await(
        () -> {
          try {
            writeTo(output, bytes);
            output.flush();
          } finally {
            bytes.release();
          }
          return null;
        });
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void flush(Deferred<@Nullable Void> done) {
    await(() -> null);
    done.complete(null);
  }

  @Override
  public void closeOutput(Deferred<@Nullable Void> done) {
    await(this::close);
    done.complete(null);
  }

  private @Nullable Void close() throws IOException {
    output.close();
    return null;
  }

  private void await(Callable<@Nullable Void> operation) {
    try {
      Ongoing.<@Nullable Void>on(lane, "output of " + name, operation).await();
    } catch (IOException failure) {
      writer.fail(failure);
    }
  }

  /** Writes all of the buffer, in parts where it is no array. Blocks. */
  static void writeTo(OutputStream output, ByteBuf bytes) throws IOException {
    if (bytes.hasArray()) {
      output.write(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes());
      return;
    }
    byte[] part = new byte[Math.min(CHUNK, bytes.readableBytes())];
    while (bytes.isReadable()) {
      int count = Math.min(part.length, bytes.readableBytes());
      bytes.readBytes(part, 0, count);
      output.write(part, 0, count);
    }
  }
}
