package dev.treadle;

import dev.treadle.queue.AsyncQueue;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A channel for tests: bytes that come and go, or, of a server, links that come. */
final class Link {
  private static final ThreadLocal<List<Channel>> OPEN = ThreadLocal.withInitial(ArrayList::new);

  final AsyncQueue<Integer> received = AsyncQueue.unbounded();
  final AsyncQueue<Link> accepted;
  final Channel channel;

  private Link(Channel channel, AsyncQueue<Link> accepted) {
    this.channel = channel;
    this.accepted = accepted;
    OPEN.get().add(channel);
  }

  /** Runs the body as the loop's main task, then closes all links. */
  static void run(LoopBuilder loop, Action<Exception> body) {
    loop.run(
        () -> {
          try {
            body.run();
          } finally {
            List<Channel> open = OPEN.get();
            OPEN.remove();
            Treadle.shield(
                () -> {
                  for (Channel channel : open) {
                    Treadle.await(channel.close());
                  }
                });
          }
        });
  }

  static Link listen(ChannelHandler... more) {
    AsyncQueue<Link> accepted = AsyncQueue.unbounded();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(Loop.current().nettyLoop())
            .channel(serverType())
            .childHandler(initializer(accepted, more))
            .bind(InetAddress.getLoopbackAddress(), 0);
    Treadle.await(bound);
    return new Link(bound.channel(), accepted);
  }

  static Link connect(InetSocketAddress address, ChannelHandler... more) {
    AsyncQueue<Link> made = AsyncQueue.unbounded();
    ChannelFuture connected =
        new Bootstrap()
            .group(Loop.current().nettyLoop())
            .channel(type())
            .handler(initializer(made, more))
            .connect(address);
    Treadle.await(connected);
    return made.take();
  }

  private static ChannelHandler initializer(AsyncQueue<Link> made, ChannelHandler... more) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        Link link = new Link(channel, made);
        channel.pipeline().addLast(link.new Reader());
        for (ChannelHandler handler : more) {
          channel.pipeline().addFirst(handler);
        }
        made.offer(link);
      }
    };
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  void send(int item) {
    channel.writeAndFlush(channel.alloc().buffer().writeByte(item));
  }

  private final class Reader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      while (bytes.isReadable()) {
        received.offer((int) bytes.readUnsignedByte());
      }
      bytes.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      received.close();
    }
  }

  private static Class<? extends Channel> type() {
    return switch (Loop.current().transport()) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case KQUEUE -> KQueueSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  private static Class<? extends ServerChannel> serverType() {
    return switch (Loop.current().transport()) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case KQUEUE -> KQueueServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }
}
