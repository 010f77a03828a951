package dev.treadle.offload;

import dev.treadle.Loop;
import dev.treadle.offload.internal.Frames;
import dev.treadle.offload.internal.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a pool's workers connect. Who does not begin with a worker's secret is a stranger and is
 * closed, as is who says nothing for long. On the loop's thread.
 */
final class WorkerPort extends ChannelInboundHandlerAdapter {
  private static final int BACKLOG = 128;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(128 * 1024, 512 * 1024);

  private final Dispatcher pool;
  private final Loop loop;
  private final ServerChannel channel;

  private WorkerPort(Dispatcher pool) {
    this.pool = pool;
    this.loop = pool.loop;
    this.channel = UnixSockets.server(loop.transport());
  }

  /**
   * Starts to listen.
   *
   * @param failed gets the failure when that is not possible
   */
  static WorkerPort open(Dispatcher pool, Path path, Consumer<Throwable> failed) {
    WorkerPort port = new WorkerPort(pool);
    port.channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
    port.channel.pipeline().addLast(port);
    register(port.loop, port.channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                port.channel
                    .bind(UnixSockets.address(port.loop.transport(), path))
                    .addListener(
                        bound -> {
                          if (!bound.isSuccess()) {
                            failed.accept(bound.cause());
                          }
                        });
              } else {
                failed.accept(registered.cause());
              }
            });
    return port;
  }

  private static ChannelFuture register(Loop loop, Channel channel) {
    // The same method of IoEventLoopGroup is deprecated in favour of one for handles.
    EventLoopGroup group = loop.nettyLoop();
    return group.register(channel);
  }

  void close() {
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel accepted = (Channel) message;
    // A write to a worker that has just died must not lose what it has answered before.
    accepted.config().setOption(ChannelOption.AUTO_CLOSE, false);
    accepted.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    LinkBuffers buffers = new LinkBuffers();
    accepted.config().setRecvByteBufAllocator(buffers);
    accepted.closeFuture().addListener(closed -> buffers.close());
    accepted.pipeline().addLast(new Greeting(buffers));
    register(loop, accepted);
  }

  /** Nobody closes it but its pool, or its loop at its end. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    pool.portClosed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    pool.log("a worker cannot be accepted", cause);
  }

  /** Waits for the first frame. */
  private final class Greeting extends ChannelInboundHandlerAdapter {
    private final ByteBuf begun = Unpooled.buffer(4 + Frames.MAX_HELLO_LENGTH);
    private final LinkBuffers buffers;
    private @Nullable Channel peer;
    private long until;

    Greeting(LinkBuffers buffers) {
      this.buffers = buffers;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      peer = context.channel();
      until = System.nanoTime() + Dispatcher.GREETING_NANOS;
      pool.watch.add(this::isGone, until);
    }

    /** Whether it is no stranger any more, one way or the other. */
    private boolean isGone(long now) {
      Channel waiting = peer;
      if (waiting != null) {
        if (until - now <= 0) {
          refuse(waiting, "it says nothing");
        } else {
          pool.alarm.at(until);
        }
      }
      return peer == null;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      try {
        begun.writeBytes(in, Math.min(in.readableBytes(), begun.writableBytes()));
        if (begun.readableBytes() >= Frames.HEADER) {
          int payload = Frames.payloadLength(begun.getInt(0), Frames.MAX_HELLO_LENGTH);
          if (begun.readableBytes() >= Frames.HEADER + payload) {
            hello(context, payload);
          }
        }
      } catch (MalformedException stranger) {
        refuse(context.channel(), stranger.getMessage());
      } finally {
        in.release();
      }
    }

    private void hello(ChannelHandlerContext context, int payload) {
      byte[] secret = new byte[payload];
      begun.getBytes(Frames.HEADER, secret);
      WorkerSlot slot = begun.getByte(4) == Frames.HELLO ? pool.bySecret(secret) : null;
      if (slot == null) {
        refuse(context.channel(), "it does not know a secret");
        return;
      }
      peer = null;
      WorkerLink link = new WorkerLink(context.channel(), buffers, slot);
      context.pipeline().addLast(link);
      slot.connected(link);
      context.pipeline().remove(this);
      // A worker says nothing more before it is asked: what it has sent along is nonsense.
      if (begun.readableBytes() > Frames.HEADER + payload) {
        slot.broken(new IllegalStateException("bytes behind the first frame"));
      }
      pool.settle();
    }

    private void refuse(Channel stranger, @Nullable String why) {
      peer = null;
      pool.log("a stranger was refused at " + channel.localAddress() + ": " + why, null);
      stranger.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      peer = null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
