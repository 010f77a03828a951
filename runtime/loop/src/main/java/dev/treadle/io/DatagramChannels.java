package dev.treadle.io;

import dev.treadle.Transport;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.uring.IoUringDatagramChannel;

/** Netty's datagram channel for each transport. */
final class DatagramChannels {
  private DatagramChannels() {}

  static Class<? extends DatagramChannel> of(Transport transport) {
    return switch (transport) {
      case IO_URING -> IoUringDatagramChannel.class;
      case EPOLL -> EpollDatagramChannel.class;
      case KQUEUE -> KQueueDatagramChannel.class;
      case NIO -> NioDatagramChannel.class;
    };
  }
}
