package dev.treadle.io;

import dev.treadle.Loop;
import dev.treadle.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/** Which channels and addresses Netty has for each transport. */
final class Sockets {
  private Sockets() {}

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress || address instanceof DomainSocketAddress;
  }

  /** A channel to connect to the address with. */
  static Channel client(Transport transport, SocketAddress address) {
    boolean unix = isUnix(address);
    return switch (transport) {
      case IO_URING -> unix ? new IoUringDomainSocketChannel() : new IoUringSocketChannel();
      case EPOLL -> unix ? new EpollDomainSocketChannel() : new EpollSocketChannel();
      case KQUEUE -> unix ? new KQueueDomainSocketChannel() : new KQueueSocketChannel();
      case NIO -> unix ? new NioDomainSocketChannel() : new NioSocketChannel();
    };
  }

  /** A channel to listen at the address with. */
  static ServerChannel server(Transport transport, SocketAddress address) {
    boolean unix = isUnix(address);
    return switch (transport) {
      case IO_URING ->
          unix ? new IoUringServerDomainSocketChannel() : new IoUringServerSocketChannel();
      case EPOLL -> unix ? new EpollServerDomainSocketChannel() : new EpollServerSocketChannel();
      case KQUEUE -> unix ? new KQueueServerDomainSocketChannel() : new KQueueServerSocketChannel();
      case NIO -> unix ? new NioServerDomainSocketChannel() : new NioServerSocketChannel();
    };
  }

  static ChannelFuture register(Loop loop, Channel channel) {
    // The same method of IoEventLoopGroup is deprecated in favour of one for handles.
    EventLoopGroup group = loop.nettyLoop();
    return group.register(channel);
  }

  /** A channel to send and receive datagrams with. */
  static DatagramChannel datagram(Transport transport) {
    return switch (transport) {
      case IO_URING -> new IoUringDatagramChannel();
      case EPOLL -> new EpollDatagramChannel();
      case KQUEUE -> new KQueueDatagramChannel();
      case NIO -> new NioDatagramChannel();
    };
  }

  /** A TCP connection's, by its type. */
  static Class<? extends SocketChannel> tcp(Transport transport) {
    return switch (transport) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case KQUEUE -> KQueueSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  /** The address as the transport's channels want it. */
  static SocketAddress forNetty(Transport transport, SocketAddress address) {
    if (transport == Transport.NIO) {
      return address instanceof DomainSocketAddress netty
          ? UnixDomainSocketAddress.of(netty.path())
          : address;
    }
    return address instanceof UnixDomainSocketAddress unix
        ? new DomainSocketAddress(unix.getPath().toString())
        : address;
  }

  /** The address as the JDK has it, whatever the transport. */
  static @Nullable SocketAddress forUsers(@Nullable SocketAddress address) {
    return address instanceof DomainSocketAddress netty
        ? UnixDomainSocketAddress.of(netty.path())
        : address;
  }
}
