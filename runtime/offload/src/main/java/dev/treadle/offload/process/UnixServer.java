package dev.treadle.offload.process;

import static dev.treadle.Treadle.await;

import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Listens at a Unix socket by a loop's own transport, without a task for it. */
final class UnixServer extends ChannelInboundHandlerAdapter {
  private final Loop loop;
  private final Consumer<Channel> onAccept;
  private final Runnable onClose;

  private UnixServer(Loop loop, Consumer<Channel> onAccept, Runnable onClose) {
    this.loop = loop;
    this.onAccept = onAccept;
    this.onClose = onClose;
  }

  /**
   * Listens; in a task of the loop.
   *
   * @param onAccept puts the handlers of a channel in place, on the loop's thread
   * @param onClose called when it listens no more, on the loop's thread
   */
  static Channel listen(Loop loop, Path path, Consumer<Channel> onAccept, Runnable onClose) {
    ServerChannel channel = channel(loop.transport());
    try {
      channel.pipeline().addLast(new UnixServer(loop, onAccept, onClose));
      await(register(loop, channel));
      await(channel.bind(address(loop.transport(), path)));
      return channel;
    } catch (Throwable failed) {
      channel.unsafe().closeForcibly();
      throw failed;
    }
  }

  private static ServerChannel channel(Transport transport) {
    return switch (transport) {
      case IO_URING -> new IoUringServerDomainSocketChannel();
      case EPOLL -> new EpollServerDomainSocketChannel();
      case KQUEUE -> new KQueueServerDomainSocketChannel();
      case NIO -> new NioServerDomainSocketChannel();
    };
  }

  private static SocketAddress address(Transport transport, Path path) {
    return transport == Transport.NIO
        ? UnixDomainSocketAddress.of(path)
        : new DomainSocketAddress(path.toString());
  }

  private static io.netty.channel.ChannelFuture register(Loop loop, Channel channel) {
    // The same method of IoEventLoopGroup is deprecated in favour of one for handles.
    EventLoopGroup group = loop.nettyLoop();
    return group.register(channel);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel channel = (Channel) message;
    try {
      // What a process has sent counts, also where it did not live to be answered.
      channel.config().setAutoClose(false);
      onAccept.accept(channel);
      register(loop, channel)
          .addListener(
              registered -> {
                if (!registered.isSuccess()) {
                  channel.unsafe().closeForcibly();
                }
              });
    } catch (RuntimeException failure) {
      channel.unsafe().closeForcibly();
      loop.reportFailure("a connection from another process", failure);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    onClose.run();
  }
}
