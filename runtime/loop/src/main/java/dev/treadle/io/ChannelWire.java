package dev.treadle.io;

import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Between a channel and the streams of its {@link Connection}: the last handler there. */
final class ChannelWire extends ChannelInboundHandlerAdapter implements Source, Sink {
  final Loop loop;
  final Channel channel;
  final StreamReader reader;
  final StreamWriter writer;

  /** Tasks that wait for the channel to be closed; none for most of its life. */
  private @Nullable WaitQueue<Boolean> closers;

  /** Whether this side has closed it: what comes after that is nobody's failure. */
  private boolean closedHere;

  ChannelWire(Loop loop, Connection owner, Channel channel, NetOptions options) {
    this.loop = loop;
    this.channel = channel;
    this.reader = new StreamReader(loop, owner, this, options.readLow, options.readHigh);
    this.writer = new StreamWriter(loop, owner, this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      reader.feed(bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      reader.end();
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      writer.writable();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    reader.fail(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!closedHere) {
      // Whoever forgets to close what is closed already must not leak what it has not read.
      reader.detach();
      reader.end();
      writer.fail(new IOException("the connection is closed"));
    }
    if (closers != null) {
      closers.wakeAll(true);
    }
  }

  @Override
  public void pause() {
    channel.config().setAutoRead(false);
  }

  @Override
  public void resume() {
    channel.config().setAutoRead(true);
  }

  @Override
  public ByteBufAllocator allocator() {
    return channel.alloc();
  }

  @Override
  public void write(ByteBuf bytes) {
    channel.writeAndFlush(bytes, new Written(this));
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void flush(Deferred<@Nullable Void> done) {
    writeNothing().addListener(written -> done.complete(null));
  }

  @Override
  public void closeOutput(Deferred<@Nullable Void> done) {
    writeNothing()
        .addListener(
            written -> {
              SslHandler tls = channel.pipeline().get(SslHandler.class);
              if (written.isSuccess() && tls != null) {
                // Its close_notify is the end; below it, TLS may still have something to say.
                tls.closeOutbound().addListener(shut -> done.complete(null));
              } else if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput().addListener(shut -> done.complete(null));
              } else {
                done.complete(null);
              }
            });
  }

  /** Is written when everything before it is. */
  private ChannelFuture writeNothing() {
    return channel.writeAndFlush(Unpooled.EMPTY_BUFFER, new Written(this));
  }

  boolean isClosedHere() {
    return closedHere;
  }

  /** Lets nothing more in or out, writes out what is pending, then closes the channel. */
  void closeWhenWritten() {
    ChannelFuture written = writeNothing();
    closeStreams();
    written.addListener(done -> channel.close());
  }

  /** Drops what is pending, and closes the channel. */
  void closeNow() {
    closeStreams();
    if (channel.isRegistered() && channel.pipeline().get(SslHandler.class) != null) {
      // By the handler it would be said to the peer first, who may not read.
      channel.unsafe().close(channel.newPromise());
    } else if (channel.isRegistered()) {
      channel.close();
    } else {
      channel.unsafe().closeForcibly();
    }
  }

  private void closeStreams() {
    if (!closedHere) {
      closedHere = true;
      IOException why = new ClosedConnectionException();
      reader.discard(why);
      writer.fail(why);
    }
  }

  /** Suspends until the channel is closed. */
  void awaitClosed(Object owner) {
    if (channel.isOpen()) {
      WaitQueue<Boolean> waiting = closers;
      if (waiting == null) {
        waiting = new WaitQueue<>();
        closers = waiting;
      }
      waiting.park("close", owner, null);
    }
  }

  private void writeFailed(Throwable cause) {
    if (!closedHere) {
      writer.fail(cause);
    }
  }

  /** Closed by this side. */
  private static final class ClosedConnectionException extends IOException {
    @java.io.Serial private static final long serialVersionUID = 1;

    ClosedConnectionException() {
      super("this side has closed the connection");
    }
  }

  /** Tells the writer of a failure, without a listener for each write. */
  private static final class Written extends DefaultChannelPromise {
    private final ChannelWire wire;

    Written(ChannelWire wire) {
      super(wire.channel, wire.channel.eventLoop());
      this.wire = wire;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
      wire.writeFailed(cause);
      return super.tryFailure(cause);
    }
  }
}
