package dev.treadle.offload.process;

import dev.treadle.offload.internal.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Another process at its home: one connection for each queue or end of a pipe that it uses. Frames
 * are read on the loop's thread and sent from any, those of one turn together.
 */
final class Peer extends ByteToMessageDecoder implements Attachment.Sender {
  private static final System.Logger LOG = System.getLogger(Peer.class.getName());

  private final Broker broker;
  private final ConcurrentLinkedQueue<byte[]> frames = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean flushing = new AtomicBoolean();
  private @Nullable Channel channel;

  /** Where it puts, and where it takes from; the same of a queue. Null until it has said hello. */
  private @Nullable Attachment input;

  private @Nullable Attachment output;
  private boolean ownsEnd;
  private long pid;
  private volatile boolean inputClosed;
  private volatile boolean outputEnded;
  private volatile boolean refused;

  Peer(Broker broker) {
    this.broker = broker;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    broker.add(this);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    while (in.readableBytes() >= Frames.HEADER) {
      int limit = input == null ? Frames.MAX_HELLO_LENGTH : Frames.MAX_LENGTH;
      int payload = Frames.payloadLength(in.getInt(in.readerIndex()), limit);
      if (in.readableBytes() < Frames.HEADER + payload) {
        return;
      }
      byte kind = in.getByte(in.readerIndex() + 4);
      long seq = in.getLong(in.readerIndex() + 5);
      Attachment puts = input;
      Attachment takes = output;
      if (puts != null && takes != null) {
        byte[] item = null;
        if (kind == Kinds.PUT) {
          item = new byte[Frames.HEADER + payload];
          in.getBytes(in.readerIndex(), item);
        }
        in.skipBytes(Frames.HEADER + payload);
        receive(puts, takes, kind, seq, item);
      } else {
        hello(kind, seq, in.readBytes(Frames.HEADER + payload));
        if (input == null) {
          in.skipBytes(in.readableBytes());
          return;
        }
      }
    }
  }

  private void hello(byte kind, long seq, ByteBuf frame) {
    try {
      frame.skipBytes(Frames.HEADER);
      byte[] secret = new byte[Handle.SECRET];
      if (kind != Kinds.HELLO || frame.readableBytes() != Handle.SECRET + Long.BYTES + 1) {
        throw new IllegalStateException("what came first is no hello: kind=" + kind);
      }
      frame.readBytes(secret);
      if (!Frames.sameSecret(broker.secret(), secret)) {
        throw new IllegalStateException("its secret is not that of this home");
      }
      pid = seq;
      attach(broker.find(frame.readLong(), frame.readByte()));
    } finally {
      frame.release();
    }
  }

  private void attach(Broker.@Nullable Served served) {
    if (served == null) {
      // It has ended, and nothing was left in it.
      refuse(Kinds.frame(Kinds.CLOSED, State.CLOSED.ordinal()), Kinds.frame(Kinds.END, 0));
    } else if (!served.port().claim()) {
      byte[] why =
          (served.handle().name() + " is used by another process already")
              .getBytes(StandardCharsets.UTF_8);
      byte[] frame = new byte[Frames.HEADER + why.length];
      System.arraycopy(why, 0, frame, Frames.HEADER, why.length);
      refuse(Kinds.frame(Kinds.REFUSED, 0, frame));
    } else {
      ownsEnd = !served.shared();
      Attachment puts = new Attachment(served.port().input(), this, true, served.shared());
      Attachment takes =
          served.shared() ? puts : new Attachment(served.port().output(), this, false, true);
      input = puts;
      output = takes;
      puts.attach();
      if (takes != puts) {
        takes.attach();
      }
    }
  }

  private void refuse(byte[]... last) {
    for (byte[] frame : last) {
      frames.add(frame);
    }
    refused = true;
    flushSoon();
  }

  private void receive(
      Attachment puts, Attachment takes, byte kind, long seq, byte @Nullable [] item) {
    switch (kind) {
      case Kinds.PUT -> {
        if (item != null) {
          puts.arrive(item);
        }
      }
      case Kinds.WANT -> puts.want();
      case Kinds.WANT_NOW -> puts.wantNow();
      case Kinds.BACK -> puts.back((int) seq);
      case Kinds.TAKE -> takes.take((int) seq);
      case Kinds.TAKE_NOW -> takes.takeNow();
      case Kinds.UNTAKE -> takes.untake();
      case Kinds.ACK -> takes.acknowledged(seq);
      case Kinds.RETURN -> takes.returned(seq);
      case Kinds.CLOSE -> {
        puts.close();
        // Again, if it was closed before: the one who asks waits for it.
        send(Kinds.frame(Kinds.CLOSED, State.CLOSED.ordinal()));
      }
      case Kinds.CLOSE_NOW -> {
        puts.abandon(State.CLOSED);
        send(Kinds.frame(Kinds.CLOSED, State.CLOSED.ordinal()));
      }
      case Kinds.LEAVE -> {
        leave();
        refused = true;
        flushSoon();
      }
      default -> throw new IllegalStateException("no such frame to a home: kind=" + kind);
    }
  }

  /** The process is gone, or has left: what it has not received goes back. */
  private void leave() {
    Attachment puts = input;
    Attachment takes = output;
    if (puts == null || takes == null) {
      return;
    }
    puts.detach();
    takes.detach();
    if (ownsEnd) {
      // In this order: who sees the end and sends then is refused already.
      takes.abandon(State.ABANDONED);
      puts.close();
    }
  }

  @Override
  public void send(byte[] frame) {
    frames.add(frame);
    flushSoon();
  }

  @Override
  public void closed() {
    inputClosed = true;
    flushSoon();
  }

  @Override
  public void ended() {
    outputEnded = true;
    flushSoon();
  }

  private void flushSoon() {
    if (!flushing.getAndSet(true)) {
      try {
        broker.loop().execute(this::flush);
      } catch (RejectedExecutionException loopClosed) {
        // And with it the connection.
      }
    }
  }

  private void flush() {
    flushing.set(false);
    Channel to = channel;
    if (to == null) {
      return;
    }
    if (!to.isActive()) {
      frames.clear();
      return;
    }
    // Before the frames: what was said before these were set is among them.
    boolean last = refused || inputClosed && outputEnded;
    ByteBuf bytes = to.alloc().ioBuffer(256);
    for (byte[] frame = frames.poll(); frame != null; frame = frames.poll()) {
      bytes.writeBytes(frame);
    }
    if (!bytes.isReadable() && !last) {
      bytes.release();
      return;
    }
    ChannelFuture written = to.writeAndFlush(bytes);
    if (last) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    // First what came whole, then the end.
    super.channelInactive(context);
    leave();
    broker.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a process was dropped: home="
              + broker
              + " pid="
              + (pid == 0 ? "unknown" : pid)
              + " cause="
              + cause);
    }
    context.close();
  }
}
