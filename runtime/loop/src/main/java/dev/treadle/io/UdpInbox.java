package dev.treadle.io;

import dev.treadle.WaitQueue;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What has come in at a UDP socket, in order: datagrams, and what the network said of sent ones.
 */
final class UdpInbox extends SimpleChannelInboundHandler<DatagramPacket> {
  /** {@link Datagram}s and {@link IOException}s. */
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();

  /** Handed what arrives, or null when nothing more will. */
  private final WaitQueue<@Nullable Object> receivers = new WaitQueue<>();

  private final int capacity;
  private long dropped;
  private boolean ended;

  UdpInbox(int capacity) {
    this.capacity = capacity;
  }

  long dropped() {
    return dropped;
  }

  boolean isEnded() {
    return ended;
  }

  @Nullable Object poll() {
    return waiting.poll();
  }

  /** Suspends until something arrives; null when nothing will. */
  @Nullable Object park(UdpSocket socket) {
    return receivers.park("receive", socket, null);
  }

  /** What waits is dropped, and so are they who wait for it. */
  void end() {
    ended = true;
    waiting.clear();
    receivers.wakeAll(null);
  }

  private void add(Object arrived) {
    if (ended || receivers.wake(arrived)) {
      return;
    }
    if (waiting.size() < capacity) {
      waiting.add(arrived);
    } else {
      dropped++;
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    add(new Datagram(packet.sender(), ByteBufUtil.getBytes(packet.content())));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    add(cause instanceof IOException failure ? failure : new IOException(cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
  }
}
