package dev.treadle.offload;

import dev.treadle.Transport;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** Netty's listening Unix sockets, by transport. */
final class UnixSockets {
  private UnixSockets() {}

  /** Has the JDK's read what it needs; on a thread that may block, for a loop that uses them. */
  static void load() throws IOException {
    ServerSocketChannel.open(StandardProtocolFamily.UNIX).close();
  }

  static ServerChannel server(Transport transport) {
    return switch (transport) {
      case IO_URING -> new IoUringServerDomainSocketChannel();
      case EPOLL -> new EpollServerDomainSocketChannel();
      case KQUEUE -> new KQueueServerDomainSocketChannel();
      case NIO -> new NioServerDomainSocketChannel();
    };
  }

  static SocketAddress address(Transport transport, Path path) {
    return transport == Transport.NIO
        ? UnixDomainSocketAddress.of(path)
        : new DomainSocketAddress(path.toString());
  }
}
