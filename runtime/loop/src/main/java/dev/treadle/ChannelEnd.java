package dev.treadle;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, or a server: what has gone in there and come out. The first handler of
 * its channel, so that it counts the bytes of the wire.
 */
// Sharable only because it takes itself out and in again.
@Sharable
final class ChannelEnd extends ChannelDuplexHandler {
  static final String NAME = "treadle.channelEnd";

  final Channel channel;
  private final ChannelWatch watch;

  /** The other end, when it is in the same loop. */
  @Nullable ChannelEnd peer;

  private boolean connecting;
  private boolean exact = true;
  private boolean readAsked;
  private boolean inputEnded;
  private boolean outputEnded;
  private long unflushed;
  private long written;
  private long read;

  /** Grows with all that happens here. */
  private long moves = 1;

  /** The moves after which a grace has passed in vain. */
  private long waitedAfter;

  ChannelEnd(ChannelWatch watch, Channel channel) {
    this.watch = watch;
    this.channel = channel;
  }

  boolean isConnecting() {
    return connecting;
  }

  boolean isServer() {
    return channel instanceof ServerChannel;
  }

  @Nullable SocketAddress local() {
    return channel.localAddress();
  }

  @Nullable SocketAddress remote() {
    return channel.remoteAddress();
  }

  boolean isReading() {
    return channel.config().isAutoRead() || readAsked;
  }

  /** Whether something its peer has sent is still to arrive here, certainly. */
  boolean isAwaited() {
    ChannelEnd from = peer;
    if (from == null || inputEnded || !channel.isActive() || !isReading() || !isExact()) {
      return false;
    }
    return from.outputEnded || !from.channel.isActive() || from.written > read;
  }

  /** Whether what goes in at the peer is what comes out here. */
  boolean isExact() {
    ChannelEnd from = peer;
    return from != null && exact && from.exact;
  }

  boolean hasMoved() {
    ChannelEnd from = peer;
    return moves + (from == null ? 0 : from.moves) != waitedAfter;
  }

  /** A grace has passed, and nothing came: none is due before the next move. */
  void waited() {
    ChannelEnd from = peer;
    waitedAfter = moves + (from == null ? 0 : from.moves);
  }

  private void moved() {
    moves++;
    watch.moved();
  }

  private void count(ChannelHandlerContext context) {
    // Behind a handler that encodes, these are not the bytes of the wire.
    exact &= context.pipeline().first() == this;
    moved();
  }

  @Override
  public void channelRegistered(ChannelHandlerContext context) {
    ChannelPipeline pipeline = context.pipeline();
    if (pipeline.first() != this) {
      // An initializer has put something before it, as is usual with TLS.
      pipeline.remove(this);
      pipeline.addFirst(NAME, this);
    }
    moved();
    context.fireChannelRegistered();
  }

  @Override
  public void connect(
      ChannelHandlerContext context,
      SocketAddress remote,
      SocketAddress local,
      ChannelPromise promise) {
    connecting = true;
    moved();
    promise.addListener(
        done -> {
          connecting = false;
          moved();
        });
    context.connect(remote, local, promise);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    watch.opened(this);
    moved();
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    moved();
    context.fireChannelInactive();
  }

  @Override
  public void read(ChannelHandlerContext context) {
    readAsked = !channel.config().isAutoRead();
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    read += size(message);
    count(context);
    if (isServer()) {
      // Who has been found will be found again.
      waited();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    readAsked = false;
    context.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    unflushed += size(message);
    context.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    written += unflushed;
    unflushed = 0;
    count(context);
    context.flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    inputEnded |= event instanceof ChannelInputShutdownEvent;
    outputEnded |= event instanceof ChannelOutputShutdownEvent;
    moved();
    context.fireUserEventTriggered(event);
  }

  private long size(Object message) {
    if (message instanceof ByteBuf bytes) {
      return bytes.readableBytes();
    }
    if (message instanceof FileRegion region) {
      return region.count();
    }
    exact = false;
    return 0;
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
