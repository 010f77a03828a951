package dev.treadle.offload;

import dev.treadle.offload.internal.Encoded;
import dev.treadle.offload.internal.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames between a pool and one worker. What is sent in a turn of the loop goes out in one
 * write; what comes in is read where it lies. On the loop's thread.
 */
final class WorkerLink extends ChannelInboundHandlerAdapter {
  /** Smaller frames are gathered, larger ones go out piece by piece as the worker reads them. */
  private static final int MOST_GATHERED = 32 * 1024;

  private static final int PIECE = 256 * 1024;

  private final Channel channel;
  private final LinkBuffers buffers;
  private final WorkerSlot slot;
  private final ArrayDeque<ByteBuf> backlog = new ArrayDeque<>();
  private @Nullable ByteBuf gathered;

  /** The beginning of a frame whose rest has not come; null when there is none. */
  private @Nullable ByteBuf partial;

  /** What it says makes no sense any more. */
  private boolean deaf;

  WorkerLink(Channel channel, LinkBuffers buffers, WorkerSlot slot) {
    this.channel = channel;
    this.buffers = buffers;
    this.slot = slot;
  }

  /** Whether what is sent now would go out soon. */
  boolean isWritable() {
    return backlog.isEmpty() && channel.isWritable();
  }

  void send(byte kind, long seq, Encoded encoded) {
    byte[] bytes = encoded.frame(kind, seq).bytes();
    int length = Frames.HEADER + encoded.length();
    if (length <= MOST_GATHERED) {
      gathered(length).writeBytes(bytes, 0, length);
    } else {
      // A copy of the header: the call may be sent to another worker, with another number, while
      // the end of this still waits here.
      gathered(Frames.HEADER).writeBytes(bytes, 0, Frames.HEADER);
      gather();
      backlog.add(Unpooled.wrappedBuffer(bytes, Frames.HEADER, encoded.length()));
    }
  }

  /** A frame without a payload. */
  void send(byte kind) {
    byte[] bytes = new byte[Frames.HEADER];
    Frames.header(bytes, 0, kind, 0, 0);
    send(kind, 0, new Encoded(bytes, 0, List.of()));
  }

  private ByteBuf gathered(int length) {
    ByteBuf buffer = gathered;
    if (buffer != null && buffer.readableBytes() + length > LinkBuffers.SIZE) {
      gather();
      buffer = null;
    }
    if (buffer == null) {
      buffer = buffers.forWrite();
      gathered = buffer;
    }
    return buffer;
  }

  /** What has been gathered waits its turn behind what is there already. */
  private void gather() {
    ByteBuf buffer = gathered;
    if (buffer != null) {
      gathered = null;
      backlog.add(buffer);
    }
  }

  void flush() {
    ByteBuf buffer = gathered;
    if (buffer != null && backlog.isEmpty()) {
      gathered = null;
      channel.writeAndFlush(buffer, channel.voidPromise());
      return;
    }
    gather();
    while (!backlog.isEmpty() && channel.isWritable()) {
      ByteBuf first = backlog.getFirst();
      int size = Math.min(PIECE, first.readableBytes());
      ByteBuf piece = first.readRetainedSlice(size);
      if (!first.isReadable()) {
        backlog.removeFirst().release();
      }
      channel.writeAndFlush(piece, channel.voidPromise());
    }
  }

  void close() {
    channel.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    flush();
    slot.settle();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    slot.receiving();
    try {
      if (!deaf) {
        read(in);
      }
    } catch (RuntimeException broken) {
      // Not MalformedException alone: a payload may be shorter than its kind of frame needs.
      deaf = true;
      slot.broken(broken);
    } finally {
      ReferenceCountUtil.release(in);
    }
  }

  private void read(ByteBuf in) {
    if (partial != null && !complete(in)) {
      return;
    }
    while (in.readableBytes() >= Frames.HEADER) {
      int length = length(in);
      if (in.readableBytes() < length) {
        break;
      }
      frame(in, length);
    }
    if (in.isReadable()) {
      int whole = in.readableBytes() >= Frames.HEADER ? length(in) : Frames.HEADER;
      partial = Unpooled.buffer(whole).writeBytes(in);
    }
  }

  /** Adds to what has come of a frame; true when that is whole and dealt with. */
  private boolean complete(ByteBuf in) {
    ByteBuf begun = partial;
    if (begun == null) {
      return true;
    }
    if (begun.readableBytes() < Frames.HEADER) {
      begun.writeBytes(in, Math.min(in.readableBytes(), Frames.HEADER - begun.readableBytes()));
      if (begun.readableBytes() < Frames.HEADER) {
        return false;
      }
    }
    int length = length(begun);
    begun.writeBytes(in, Math.min(in.readableBytes(), length - begun.readableBytes()));
    if (begun.readableBytes() < length) {
      return false;
    }
    partial = null;
    frame(begun, length);
    return true;
  }

  private static int length(ByteBuf in) {
    return Frames.HEADER + Frames.payloadLength(in.getInt(in.readerIndex()), Frames.MAX_LENGTH);
  }

  private void frame(ByteBuf in, int length) {
    int at = in.readerIndex();
    in.skipBytes(length);
    slot.received(
        in.getByte(at + 4),
        in.getLong(at + 5),
        in.internalNioBuffer(at + Frames.HEADER, length - Frames.HEADER));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    slot.settle();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    partial = null;
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
    backlog.forEach(ReferenceCountUtil::release);
    backlog.clear();
    slot.disconnected();
  }

  /**
   * A write to a worker that is gone, or a read: what it has answered is read to the end all the
   * same, and then the channel ends by itself.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      deaf = true;
      slot.broken(cause);
      context.close();
    }
  }
}
