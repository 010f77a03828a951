package dev.treadle.io;

import dev.treadle.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Keeps Netty's channels for Unix sockets of io_uring and NIO open when the peer ends its output.
 * They close then whatever {@code ALLOW_HALF_CLOSURE} says, for they look at the type of the
 * configuration, which is TCP's for TCP alone (4.2.18); but not where the input has been shut down
 * by this side. So that is done when a read has found the end, which the channel tells this before
 * it does anything about it.
 */
final class HalfClosing implements RecvByteBufAllocator {
  private final DuplexChannel channel;
  private final RecvByteBufAllocator buffers;

  private HalfClosing(DuplexChannel channel, RecvByteBufAllocator buffers) {
    this.channel = channel;
    this.buffers = buffers;
  }

  /** Before the channel is registered, and after what a user has set for it. */
  static void allow(Channel channel, Transport transport) {
    ChannelConfig config = channel.config();
    if ((transport == Transport.NIO || transport == Transport.IO_URING)
        && channel instanceof DuplexChannel duplex
        && !(config instanceof SocketChannelConfig)) {
      config.setRecvByteBufAllocator(new HalfClosing(duplex, config.getRecvByteBufAllocator()));
    }
  }

  @Override
  @SuppressWarnings("deprecation") // The interface's own type.
  public Handle newHandle() {
    return new EndWatch((ExtendedHandle) buffers.newHandle());
  }

  private final class EndWatch extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle buffer;

    EndWatch(ExtendedHandle buffer) {
      super(buffer);
      this.buffer = buffer;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return buffer.continueReading(maybeMore);
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      if (bytes < 0 && channel.isActive() && !channel.isInputShutdown()) {
        // As the channels that know the option say it, after all that was read before.
        channel.shutdownInput();
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      }
    }
  }
}
