package dev.treadle.io;

import dev.treadle.Deferred;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link StreamWriter}'s bytes go. All calls come on the loop's thread; the sink tells the
 * writer when it {@link StreamWriter#writable()} again and when it has {@link
 * StreamWriter#fail(Throwable)}ed.
 */
interface Sink {
  /** What the writer's buffers are made by. */
  ByteBufAllocator allocator();

  /** Takes the buffer over and writes it out as soon as that goes without waiting. */
  void write(ByteBuf bytes);

  /** Whether no more than the high-water mark is pending; after it was, than the low one. */
  boolean isWritable();

  /** Completes when all that was written so far is written out, or never will be. */
  void flush(Deferred<@Nullable Void> done);

  /** Writes all out, then ends the output, then completes; also when it fails to. */
  void closeOutput(Deferred<@Nullable Void> done);
}
