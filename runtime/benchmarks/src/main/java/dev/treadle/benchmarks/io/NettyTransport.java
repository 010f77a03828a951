package dev.treadle.benchmarks.io;

import dev.treadle.Transport;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.Locale;

/** The transports that are compared, as raw Netty and as Treadle name them. */
enum NettyTransport {
  EPOLL(Transport.EPOLL, EpollServerSocketChannel.class) {
    @Override
    IoHandlerFactory factory() {
      return EpollIoHandler.newFactory();
    }
  },
  IO_URING(Transport.IO_URING, IoUringServerSocketChannel.class) {
    @Override
    IoHandlerFactory factory() {
      return IoUringIoHandler.newFactory();
    }
  };

  final Transport treadle;
  final Class<? extends ServerSocketChannel> serverChannel;

  NettyTransport(Transport treadle, Class<? extends ServerSocketChannel> serverChannel) {
    this.treadle = treadle;
    this.serverChannel = serverChannel;
  }

  /** What the transport's event loop waits with. */
  abstract IoHandlerFactory factory();

  /** As the user types it: {@code epoll}, {@code io_uring}. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  static NettyTransport of(String title) {
    return valueOf(title.toUpperCase(Locale.ROOT));
  }
}
