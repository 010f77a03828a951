package dev.treadle.offload;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one worker's connection, used again and again: what is read is dealt with at once,
 * and what is written is soon gone. Netty's own allocators are not for a first call that somebody
 * waits for: their first buffer starts the JVM's flight recorder, a tenth of a second of work. On
 * the loop's thread.
 */
final class LinkBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
  static final int SIZE = 64 * 1024;

  private static final int MOST_KEPT = 4;

  /** All are retained here once, so that one that nobody else retains is free. */
  private final List<ByteBuf> outgoing = new ArrayList<>();

  private @Nullable ByteBuf incoming;
  private boolean closed;

  /** An empty buffer to be written. */
  ByteBuf forWrite() {
    for (ByteBuf buffer : outgoing) {
      if (buffer.refCnt() == 1) {
        return buffer.clear().retain();
      }
    }
    ByteBuf made = Unpooled.directBuffer(SIZE);
    if (outgoing.size() < MOST_KEPT && !closed) {
      outgoing.add(made.retain());
    }
    return made;
  }

  private ByteBuf forRead() {
    ByteBuf buffer = incoming;
    if (buffer != null && buffer.refCnt() == 1) {
      return buffer.clear().retain();
    }
    ByteBuf made = Unpooled.directBuffer(SIZE);
    if (buffer == null && !closed) {
      incoming = made.retain();
    }
    return made;
  }

  /** The connection is gone. */
  void close() {
    closed = true;
    outgoing.forEach(ByteBuf::release);
    outgoing.clear();
    if (incoming != null) {
      incoming.release();
      incoming = null;
    }
  }

  // The type that it returns is Netty's way of naming one, and the only one that there is.
  @SuppressWarnings("deprecation")
  @Override
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return forRead();
      }

      @Override
      public int guess() {
        return SIZE;
      }
    };
  }
}
