package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Treadle;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket: asyncio's {@code DatagramTransport} with trio's plain {@code sendto} and {@code
 * recvfrom}.
 *
 * <pre>{@code
 * try (var socket = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))) {
 *   socket.send("ping".getBytes(), server);
 *   Datagram answer = withTimeout(ofSeconds(1), socket::receive);
 * }
 * }</pre>
 *
 * <p>What arrives waits in a queue until it is received. UDP has no back-pressure: when the queue
 * is full, what comes then is dropped and {@linkplain #dropped() counted}. What the network says of
 * a datagram sent before, such as that nobody listens there, is thrown at the next receive or send;
 * the socket goes on. A system says that to {@linkplain #connect connected} sockets alone.
 *
 * <p>Several tasks may receive, each datagram goes to the one that waits longest, and several may
 * send. Confined to its loop's thread.
 */
public final class UdpSocket implements AutoCloseable {
  /** What the length field of UDP over IPv4 leaves; over IPv6 its header does not count. */
  private static final int MOST_IPV4 = 65_535 - 8 - 20;

  private static final int MOST_IPV6 = 65_535 - 8;

  private final Loop loop;
  private final DatagramChannel channel;
  private final UdpChannels channels;
  private final UdpInbox inbox;

  /** Read once: a closed channel no longer knows. */
  private final InetSocketAddress local;

  private final @Nullable InetSocketAddress remote;

  private UdpSocket(Loop loop, DatagramChannel channel, UdpChannels channels, UdpInbox inbox) {
    this.loop = loop;
    this.channel = channel;
    this.channels = channels;
    this.inbox = inbox;
    this.local = channel.localAddress();
    this.remote = channel.remoteAddress();
  }

  /**
   * A socket of the loop on this thread that receives from anybody.
   *
   * @param local where to receive; port 0: any free one
   * @throws UncheckedIOException if the address is taken, or not one of this machine
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static UdpSocket bind(SocketAddress local) {
    return options().bind(local);
  }

  /**
   * A socket of the loop on this thread that sends to one address, and receives from nobody else.
   * Nothing goes over the network.
   *
   * @throws UncheckedIOException if there is no way to the address
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public static UdpSocket connect(SocketAddress remote) {
    return options().connect(remote);
  }

  /** Options, whose {@code bind} and {@code connect} make the socket. Any thread. */
  public static UdpOptions options() {
    return new UdpOptions();
  }

  static UdpSocket open(
      UdpOptions options,
      String operation,
      SocketAddress address,
      Function<Bootstrap, ChannelFuture> opening) {
    Loop loop = Loop.current();
    Confinement.enter(loop, operation);
    requireResolved(address);
    UdpInbox inbox = new UdpInbox(options.queue());
    UdpChannels channels = new UdpChannels(loop.transport(), operation.equals("connect"));
    Bootstrap bootstrap = new Bootstrap().group(loop.nettyLoop()).handler(inbox);
    channels.applyTo(bootstrap);
    options.applyTo(bootstrap);
    ChannelFuture opened = opening.apply(bootstrap);
    try {
      NettyWait.await(opened);
      return new UdpSocket(loop, (DatagramChannel) opened.channel(), channels, inbox);
    } catch (IOException failure) {
      opened.channel().close();
      throw new UncheckedIOException(
          operation
              + " failed: UDP address="
              + address
              + " cause="
              + failure.getMessage()
              + "; choose another address, or port 0 for any free one",
          failure);
    } catch (Throwable failure) {
      opened.channel().close();
      throw failure;
    }
  }

  /**
   * Sends one datagram, and waits until the system has taken it; that says nothing about whether it
   * arrives. If the wait is cancelled, it is sent all the same, unless it has no bytes: such a one
   * is a datagram as any other, and arrives as an array of length 0.
   *
   * @throws UncheckedIOException if it is too long or cannot be sent, or the socket is closed; if
   *     it is about one sent before, this one was not sent; if it has no bytes, the socket is
   *     connected and the transport NIO, by which Java sends none
   * @throws IllegalArgumentException if the address has not been resolved
   * @throws IllegalStateException on a connected socket, or outside a task
   * @throws Cancelled if the task's scope is cancelled from the start; nothing was sent then
   */
  public void send(byte[] bytes, InetSocketAddress address) {
    Confinement.enter(loop, "send");
    if (remote != null) {
      throw new IllegalStateException(
          "send(bytes, address) on a connected socket: socket=" + this + "; use send(bytes)");
    }
    requireResolved(address);
    write(bytes, address);
  }

  /** The same to the address that the socket is {@linkplain #connect connected} to. */
  public void send(byte[] bytes) {
    Confinement.enter(loop, "send");
    if (remote == null) {
      throw new IllegalStateException(
          "send(bytes) on a socket without a remote address: socket="
              + this
              + "; use send(bytes, address), or UdpSocket.connect(address)");
    }
    write(bytes, remote);
  }

  private void write(byte[] bytes, InetSocketAddress address) {
    if (inbox.isEnded()) {
      throw closed("send");
    }
    boolean empty = bytes.length == 0;
    if (empty && !channels.canSendEmpty()) {
      throw failed(
          "datagram empty: bytes=0 transport=nio socket=" + this,
          "send a byte, or send it by a socket that is bound and not connected",
          new IOException("Java sends no empty datagram by a connected channel"));
    }
    int most = address.getAddress() instanceof Inet4Address ? MOST_IPV4 : MOST_IPV6;
    if (bytes.length > most) {
      throw failed(
          "datagram too long: bytes=" + bytes.length + " most=" + most + " address=" + address,
          "send it in parts",
          new IOException("datagram too long"));
    }
    try {
      // A copy, because it may go out later, when the caller has changed the array.
      ByteBuf content = empty ? channel.alloc().directBuffer(1) : Unpooled.copiedBuffer(bytes);
      NettyWait.await(channel.writeAndFlush(new DatagramPacket(content, address)));
      if (empty) {
        channels.sendEmpty(channel, address);
      }
    } catch (ClosedChannelException closed) {
      throw closed("send");
    } catch (IOException failure) {
      throw failed(
          "datagram not sent: bytes="
              + bytes.length
              + " address="
              + address
              + " cause="
              + failure.getMessage(),
          "the socket itself goes on",
          failure);
    }
  }

  /**
   * The next datagram; suspends until there is one. One that was handed over is not lost when the
   * task is cancelled in the same turn.
   *
   * @throws UncheckedIOException if the socket is or gets closed; or of a datagram sent before,
   *     such as that nobody listens at its address, and then receive again
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public Datagram receive() {
    Confinement.enter(loop, "receive");
    Object arrived = inbox.poll();
    if (arrived == null && !inbox.isEnded()) {
      arrived = inbox.park(this);
    }
    if (arrived == null) {
      throw closed("receive");
    }
    return datagram(arrived);
  }

  /**
   * The next datagram, or null if there is none now.
   *
   * @throws UncheckedIOException if the socket is closed, or of a datagram sent before
   */
  public @Nullable Datagram poll() {
    Confinement.requireThread(loop, "poll");
    Object arrived = inbox.poll();
    if (arrived == null && inbox.isEnded()) {
      throw closed("poll");
    }
    return arrived == null ? null : datagram(arrived);
  }

  private Datagram datagram(Object arrived) {
    if (arrived instanceof Datagram datagram) {
      return datagram;
    }
    IOException failure = (IOException) arrived;
    throw failed(
        "datagram came back: socket=" + this + " cause=" + failure.getMessage(),
        "something sent before did not arrive; receive again",
        failure);
  }

  /** How many datagrams came while the queue was full, and are lost. */
  public long dropped() {
    Confinement.requireThread(loop, "dropped");
    return inbox.dropped();
  }

  /** Where it receives; after {@link #close()} too. */
  public InetSocketAddress localAddress() {
    return local;
  }

  /** What it is connected to; null if it receives from anybody. */
  public @Nullable InetSocketAddress remoteAddress() {
    return remote;
  }

  /** Netty's channel, for what is not here: multicast groups, options. */
  public DatagramChannel channel() {
    return channel;
  }

  /** Whether it was closed, or its loop was. */
  public boolean isClosed() {
    Confinement.requireThread(loop, "isClosed");
    return inbox.isEnded();
  }

  /**
   * Closes the socket. What was received and not taken is dropped; tasks that wait in {@link
   * #receive} get an {@link UncheckedIOException}. In a task it waits until the system has closed
   * it, which takes a turn at most, also in a cancelled scope. Does nothing the second time.
   */
  @Override
  public void close() {
    Confinement.requireThread(loop, "close");
    inbox.end();
    ChannelFuture closed = channel.close();
    if (!closed.isDone() && loop.running() != null) {
      Treadle.shield(() -> Treadle.await(closed));
    }
  }

  @Override
  public String toString() {
    return "UdpSocket["
        + local
        + (remote == null ? "" : " to " + remote)
        + (inbox.isEnded() ? " closed]" : "]");
  }

  private UncheckedIOException closed(String operation) {
    return failed(
        operation + "() refused: socket=" + this + " is closed",
        "end the task that uses it",
        new ClosedChannelException());
  }

  private static UncheckedIOException failed(String what, String remedy, IOException cause) {
    return new UncheckedIOException(what + "; " + remedy, cause);
  }

  private static void requireResolved(SocketAddress address) {
    if (Objects.requireNonNull(address, "address") instanceof InetSocketAddress inet
        && inet.isUnresolved()) {
      throw new IllegalArgumentException(
          "address not resolved: address=" + address + "; ask Dns.resolve(host) first");
    }
  }
}
