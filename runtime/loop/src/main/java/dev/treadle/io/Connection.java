package dev.treadle.io;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.util.NetUtil;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two streams to one peer: asyncio's pair of {@code StreamReader} and {@code StreamWriter}, trio's
 * {@code SocketStream}. Made by {@link Net#connect} or by a {@link Server}.
 *
 * <pre>{@code
 * try (var connection = Net.connect("example.org", 80)) {
 *   connection.writer().write("HEAD / HTTP/1.0\r\n\r\n");
 *   for (String line : connection.reader().lines()) {
 *     System.out.println(line);
 *   }
 * }
 * }</pre>
 *
 * <p>The peer's end of output ends the reader and nothing else: this side may go on writing. A peer
 * that is gone makes reads and writes throw an {@link UncheckedIOException} that names the
 * connection. Over Unix sockets the end of the peer's output closes the connection where the
 * transport is {@code io_uring} or {@code nio}: Netty's channels there know nothing between.
 * Confined to its loop's thread.
 */
public final class Connection implements AutoCloseable {
  final ChannelWire wire;
  private @Nullable SocketAddress local;
  private @Nullable SocketAddress remote;
  private @Nullable TlsSession tls;

  Connection(Loop loop, Channel channel, NetOptions options) {
    this.wire = new ChannelWire(loop, this, channel, options);
  }

  /** What the peer sends. */
  public StreamReader reader() {
    return wire.reader;
  }

  /** Where to write what the peer gets. */
  public StreamWriter writer() {
    return wire.writer;
  }

  /** The address at this end; still known when it is closed. */
  public SocketAddress localAddress() {
    return known(local);
  }

  /** The address of the peer; still known when it is closed. */
  public SocketAddress remoteAddress() {
    return known(remote);
  }

  /** What was agreed on for TLS; null without TLS. Still known when it is closed. */
  public @Nullable TlsSession tls() {
    return tls;
  }

  /**
   * Goes on with TLS, as the client of it, and waits for the handshake; for protocols that begin
   * without. What was read and written before stays in the clear. asyncio's {@code start_tls}.
   *
   * @param context for clients
   * @param host whom the peer's certificate has to be for
   * @throws UncheckedIOException if the handshake fails; the connection is closed then
   * @throws Cancelled if the task's scope is cancelled; the connection is closed then
   * @throws IllegalStateException while a task reads, with TLS in place, or outside a task
   */
  public void startTls(SslContext context, String host) {
    Objects.requireNonNull(host, "host");
    TlsSetup setup = new TlsSetup(context, host, TlsSetup.TIMEOUT);
    setup.check(true);
    setup.upgrade(this);
  }

  /**
   * The same as the server of it. Call it in the same step as the write that tells the client to
   * begin, or after.
   *
   * @param context for servers
   */
  public void startTls(SslContext context) {
    TlsSetup setup = new TlsSetup(context, null, TlsSetup.TIMEOUT);
    setup.check(false);
    setup.upgrade(this);
  }

  /** Whether both ends still could talk: neither side has closed it as a whole. */
  public boolean isOpen() {
    return wire.channel.isOpen() && !wire.isClosedHere();
  }

  /** Netty's channel, for its options and handlers; reads and writes past the streams mix up. */
  public Channel channel() {
    return wire.channel;
  }

  /**
   * Writes out what is pending, closes the connection and waits until it is closed; what has come
   * and is not read is dropped, and who reads or writes gets an {@link UncheckedIOException}. Where
   * the task's scope is cancelled, or gets cancelled meanwhile, it is closed at once, and what is
   * pending is lost (trio's {@code aclose}); the next suspension throws. Outside a task it waits
   * for nothing. Does nothing the second time.
   *
   * <p>Throws no I/O failure: to know that everything was written out, {@link StreamWriter#flush()}
   * before. A peer that does not read holds it up for as long: give it a time limit where that
   * matters, {@code moveOnAfter(ofSeconds(5), connection::close)}.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  @Override
  public void close() {
    Loop loop = wire.loop;
    Confinement.requireThread(loop, "close");
    if (!wire.isClosedHere()) {
      wire.closeWhenWritten();
    }
    if (loop.running() == null) {
      return;
    }
    try {
      loop.checkCancelled();
      wire.awaitClosed(this);
    } catch (Cancelled cancelled) {
      // Not lost: the next suspension throws it again. Clean-up after this one goes on.
      wire.closeNow();
    } catch (Throwable unable) {
      wire.closeNow();
      throw unable;
    }
  }

  /**
   * Closes the connection at once: what is pending is lost, and the peer of a TCP connection gets a
   * reset. Never suspends. asyncio's {@code transport.abort}.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  public void abort() {
    Confinement.requireThread(wire.loop, "abort");
    if (wire.channel.isOpen()) {
      // Unix sockets have none, and say so by returning false.
      wire.channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    wire.closeNow();
  }

  @Override
  public String toString() {
    SocketAddress from = local;
    SocketAddress to = remote;
    return from == null || to == null
        ? "Connection[connecting]"
        : "Connection[" + text(from) + " to " + text(to) + (isOpen() ? "]" : " closed]");
  }

  /** An address as messages have it: numbers, and without the slash of its own. */
  static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      return NetUtil.toSocketAddressString(inet);
    }
    String text = address.toString();
    return text.isEmpty() ? "unnamed" : text;
  }

  /** Bytes are encrypted from now on. */
  void secured(TlsSession agreed) {
    tls = agreed;
  }

  /** It has both addresses now. */
  void connected() {
    Channel channel = wire.channel;
    local = Sockets.forUsers(channel.localAddress());
    remote = Sockets.forUsers(channel.remoteAddress());
  }

  /** Whether the peer has reset it before it was accepted: its address may not be known then. */
  boolean isGone() {
    return !wire.channel.isActive() || local instanceof InetSocketAddress && remote == null;
  }

  /** Whether the failure says that the peer of this very connection is gone. */
  boolean explains(Throwable failure) {
    return failure instanceof UncheckedIOException io
        && io.getCause() != null
        && (wire.reader.failedWith(io.getCause()) || wire.writer.failedWith(io.getCause()));
  }

  private static SocketAddress known(@Nullable SocketAddress address) {
    if (address == null) {
      throw new IllegalStateException("address of a connection that is being made");
    }
    return address;
  }
}
