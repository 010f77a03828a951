package dev.treadle.io;

import dev.treadle.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the channel of a UDP socket, and does what it does not: Netty's channels, but for
 * io_uring's, take a datagram without bytes for sent and send nothing; epoll's, when it is
 * connected, takes one that arrives for nothing, unless it reads several at once (4.2.18).
 */
final class UdpChannels {
  /** No datagram is longer, so that none is cut off. */
  private static final int LONGEST = 65_535;

  private final Transport transport;
  private final boolean connected;
  private java.nio.channels.@Nullable DatagramChannel jdk;

  UdpChannels(Transport transport, boolean connected) {
    this.transport = transport;
    this.connected = connected;
  }

  void applyTo(Bootstrap bootstrap) {
    int buffer = readsSeveral() ? 2 * LONGEST : LONGEST;
    bootstrap
        .channelFactory(this::make)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(buffer));
  }

  private boolean readsSeveral() {
    return connected && transport == Transport.EPOLL;
  }

  private DatagramChannel make() {
    if (transport == Transport.NIO) {
      try {
        java.nio.channels.DatagramChannel made = java.nio.channels.DatagramChannel.open();
        jdk = made;
        return new NioDatagramChannel(made);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    DatagramChannel made = Sockets.datagram(transport);
    if (readsSeveral()) {
      ((EpollDatagramChannel) made).config().setMaxDatagramPayloadSize(LONGEST);
    }
    return made;
  }

  /** Whether {@link #sendEmpty} can; the JDK sends none by a channel that is connected. */
  boolean canSendEmpty() {
    return !(connected && transport == Transport.NIO);
  }

  /**
   * Sends a datagram without bytes where Netty has not; after all that was handed to the channel
   * before. On the loop's thread, so that the channel is not closed meanwhile.
   */
  void sendEmpty(DatagramChannel channel, InetSocketAddress address) throws IOException {
    if (transport == Transport.IO_URING) {
      return;
    }
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (jdk != null) {
      jdk.send(ByteBuffer.allocate(0), address);
      return;
    }
    Socket socket = new Socket(((UnixChannel) channel).fd().intValue());
    ByteBuffer nothing = ByteBuffer.allocateDirect(0);
    if (connected) {
      socket.send(nothing, 0, 0);
    } else {
      socket.sendTo(nothing, 0, 0, address.getAddress(), address.getPort());
    }
  }
}
