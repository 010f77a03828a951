package dev.treadle.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Bytes in the order in which they came, in the buffers in which they came; owns them. */
final class Chunks {
  /** A chunk up to this size is copied to the end of the one before it: a buffer costs more. */
  private static final int SMALL = 512;

  /**
   * Where the one before it has no room, it makes some: a million chunks are no million buffers.
   */
  private static final int ROOM = 2 * SMALL;

  private @Nullable ByteBuf first;

  /** What comes after the first; null until there was more than one. */
  private @Nullable ArrayDeque<ByteBuf> more;

  private long size;

  /** How many bytes there are. */
  long size() {
    return size;
  }

  /** Takes the buffer over. */
  void add(ByteBuf chunk) {
    int bytes = chunk.readableBytes();
    if (bytes == 0) {
      chunk.release();
      return;
    }
    size += bytes;
    ByteBuf head = first;
    if (head == null) {
      first = chunk;
      return;
    }
    ByteBuf tail = more == null || more.isEmpty() ? head : more.getLast();
    if (bytes <= SMALL && hasRoom(tail, bytes)) {
      tail.writeBytes(chunk);
      chunk.release();
      return;
    }
    if (more == null) {
      more = new ArrayDeque<>();
    }
    more.add(bytes < SMALL && !hasRoom(chunk, SMALL) ? roomy(chunk) : chunk);
  }

  private static ByteBuf roomy(ByteBuf chunk) {
    ByteBuf copy = chunk.alloc().buffer(ROOM).writeBytes(chunk);
    chunk.release();
    return copy;
  }

  /** Whether there is room that nobody else may use. */
  private static boolean hasRoom(ByteBuf tail, int bytes) {
    return tail.isWritable(bytes) && tail.refCnt() == 1 && !tail.isReadOnly();
  }

  /** Gives the chunk that came first, which the caller then owns; null when there is none. */
  @Nullable ByteBuf takeFirst() {
    ByteBuf head = first;
    if (head != null) {
      size -= head.readableBytes();
      first = more == null ? null : more.poll();
    }
    return head;
  }

  /** Takes that many bytes; there are as many. */
  byte[] take(int count) {
    byte[] bytes = new byte[count];
    take(ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Fills the buffer as far as there is something. */
  void take(ByteBuffer into) {
    for (ByteBuf head = first; head != null && into.hasRemaining(); head = first) {
      int count = Math.min(head.readableBytes(), into.remaining());
      ByteBuffer part = into.slice(into.position(), count);
      head.readBytes(part);
      into.position(into.position() + count);
      size -= count;
      dropIfEmpty(head);
    }
  }

  /** Drops that many bytes; there are as many. */
  void skip(int count) {
    int left = count;
    size -= count;
    for (ByteBuf head = first; head != null && left > 0; head = first) {
      int part = Math.min(head.readableBytes(), left);
      head.skipBytes(part);
      left -= part;
      dropIfEmpty(head);
    }
  }

  private void dropIfEmpty(ByteBuf head) {
    if (!head.isReadable()) {
      first = more == null ? null : more.poll();
      head.release();
    }
  }

  /** Shows the chunks to the search until it has ended. */
  void search(SeparatorSearch search) {
    ByteBuf head = first;
    if (head == null || search.look(head) || more == null) {
      return;
    }
    for (ByteBuf chunk : more) {
      if (search.look(chunk)) {
        return;
      }
    }
  }

  /** Copies all to where nobody has to release it. */
  void moveToHeap() {
    ArrayDeque<ByteBuf> copies = new ArrayDeque<>();
    for (ByteBuf chunk = takeFirst(); chunk != null; chunk = takeFirst()) {
      copies.add(Unpooled.copiedBuffer(chunk));
      chunk.release();
    }
    copies.forEach(this::add);
  }

  void release() {
    for (ByteBuf chunk = takeFirst(); chunk != null; chunk = takeFirst()) {
      chunk.release();
    }
  }
}
