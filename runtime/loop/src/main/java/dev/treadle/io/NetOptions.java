package dev.treadle.io;

import dev.treadle.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How connections are made; ends in {@link #connect} or {@link #listen}, which may be called more
 * than once. Made by {@link Net#options()}. Not thread-safe.
 *
 * <pre>{@code
 * var server = Net.options().backlog(100).option(ChannelOption.SO_KEEPALIVE, true).listen(address, handler);
 * }</pre>
 */
public final class NetOptions {
  int readLow = 64 << 10;
  int readHigh = 128 << 10;
  int backlog = 1024;
  Duration closeTimeout = Duration.ofSeconds(30);
  ChannelSetup setup = ChannelSetup.NONE;
  Resolver resolver = Dns.system();
  Duration attemptDelay = HappyEyeballs.DELAY;
  private @Nullable String tlsHost;
  private Duration tlsTimeout = TlsSetup.TIMEOUT;
  private WriteBufferWaterMark writeMarks = WriteBufferWaterMark.DEFAULT;
  private final Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();

  NetOptions() {}

  /**
   * How many bytes a reader buffers: with more than the high mark it takes no more from the socket,
   * until no more than the low one are left. Without this 64 KiB and 128 KiB.
   *
   * @throws IllegalArgumentException unless 0 &lt;= low &lt;= high
   */
  public NetOptions readWaterMarks(int low, int high) {
    requireMarks(low, high);
    readLow = low;
    readHigh = high;
    return this;
  }

  /**
   * How many bytes a writer may have pending: with more than the high mark a write suspends, until
   * no more than the low one are left. Without this 32 KiB and 64 KiB, Netty's.
   *
   * @throws IllegalArgumentException unless 0 &lt;= low &lt;= high
   */
  public NetOptions writeWaterMarks(int low, int high) {
    requireMarks(low, high);
    writeMarks = new WriteBufferWaterMark(low, high);
    return this;
  }

  /** How many connections may wait to be accepted, as far as the system lets them; 1024. */
  public NetOptions backlog(int connections) {
    backlog = connections;
    return this;
  }

  /**
   * How long a server's connection may take, once its handler has ended, to write out what is
   * pending; then it is closed all the same. A peer that never reads would hold it open for ever.
   * Without this 30 seconds; zero or less drops what is pending at once.
   */
  public NetOptions closeTimeout(Duration timeout) {
    closeTimeout = Objects.requireNonNull(timeout, "timeout");
    return this;
  }

  /** An option of each connection's channel; {@code TCP_NODELAY} is on without this. */
  public <T> NetOptions option(ChannelOption<T> option, T value) {
    options.put(Objects.requireNonNull(option, "option"), Objects.requireNonNull(value, "value"));
    return this;
  }

  /**
   * TLS for each connection, by Netty's {@code SslContextBuilder}: {@code forClient()} to connect,
   * {@code forServer(...)} to listen. The handshake is part of connecting and, of a server, comes
   * before the handler is called; a peer it fails with is logged in a line and dropped.
   *
   * <p>A client's peer must have a certificate for the host it was connected to as; that goes into
   * SNI, too. Data ends where the peer says so by a close_notify, which closing a connection or its
   * output sends; a stream that is cut off before fails.
   *
   * @throws IllegalArgumentException from connect or listen, if the context is for the other side
   */
  public NetOptions tls(SslContext context) {
    setup = new TlsSetup(context, tlsHost, tlsTimeout);
    return this;
  }

  /**
   * Whom a client's peer has to be by its certificate, where that is not the host it connects to,
   * as with Unix sockets, which have none.
   */
  public NetOptions tlsHost(String host) {
    tlsHost = Objects.requireNonNull(host, "host");
    return renewed();
  }

  /**
   * How long a TLS handshake may take; 10 seconds without this.
   *
   * @throws IllegalArgumentException if it is less than a millisecond
   */
  public NetOptions tlsHandshakeTimeout(Duration timeout) {
    TlsSetup.requireTime(timeout);
    tlsTimeout = timeout;
    return renewed();
  }

  private NetOptions renewed() {
    return setup instanceof TlsSetup tls ? tls(tls.context()) : this;
  }

  /**
   * What looks up the hosts to connect to; {@link Dns#system()} without this. It is not asked for
   * addresses.
   */
  public NetOptions resolver(Resolver resolver) {
    this.resolver = Objects.requireNonNull(resolver, "resolver");
    return this;
  }

  /**
   * How long an attempt to connect to one address of a host has before the next is tried, too; 250
   * ms without this (RFC 8305). Zero: all at once.
   */
  public NetOptions attemptDelay(Duration delay) {
    this.attemptDelay = Objects.requireNonNull(delay, "delay");
    return this;
  }

  /** See {@link Net#connect(SocketAddress)}. */
  public Connection connect(SocketAddress address) {
    return Connecting.connect(this, address);
  }

  /** See {@link Net#connect(String, int)}. */
  public Connection connect(String host, int port) {
    return Connecting.connect(this, host, port);
  }

  /** See {@link Net#connectUnix(Path)}. */
  public Connection connectUnix(Path path) {
    return connect(Net.unix(path));
  }

  /** See {@link Net#listen(SocketAddress, ConnectionHandler)}. */
  public Server listen(SocketAddress address, ConnectionHandler handler) {
    return Server.listen(this, address, handler);
  }

  /** See {@link Net#listenUnix(Path, ConnectionHandler)}. */
  public Server listenUnix(Path path, ConnectionHandler handler) {
    return listen(Net.unix(path), handler);
  }

  /** As they are now: a server goes on with them. */
  NetOptions copy() {
    NetOptions copy = new NetOptions();
    copy.readLow = readLow;
    copy.readHigh = readHigh;
    copy.backlog = backlog;
    copy.closeTimeout = closeTimeout;
    copy.setup = setup;
    copy.resolver = resolver;
    copy.attemptDelay = attemptDelay;
    copy.tlsHost = tlsHost;
    copy.tlsTimeout = tlsTimeout;
    copy.writeMarks = writeMarks;
    copy.options.putAll(options);
    return copy;
  }

  void configure(Channel channel, Transport transport) {
    ChannelConfig config = channel.config();
    config.setWriteBufferWaterMark(writeMarks);
    // The peer's end of output is the reader's end, and no reason to stop writing to it.
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    // Nor is a write that failed a reason to drop what has come.
    config.setAutoClose(false);
    config.setOption(ChannelOption.TCP_NODELAY, true);
    if (!options.isEmpty()) {
      config.setOptions(options);
    }
    HalfClosing.allow(channel, transport);
  }

  private static void requireMarks(int low, int high) {
    if (low < 0 || high < low) {
      throw new IllegalArgumentException(
          "no such water marks: low=" + low + " high=" + high + "; give 0 <= low <= high");
    }
  }
}
