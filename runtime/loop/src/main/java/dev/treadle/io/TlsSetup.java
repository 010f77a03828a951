package dev.treadle.io;

import dev.treadle.Cancelled;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * TLS between a connection's wire and its streams, by Netty's handler.
 *
 * @param host whom the peer has to be, for a client; null: whom it was connected to as
 * @param timeout for the handshake
 */
record TlsSetup(SslContext context, @Nullable String host, Duration timeout)
    implements ChannelSetup {
  /** Netty's. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A channel that is closed has no handlers any more. */
  private static final AttributeKey<SslHandler> HANDLER =
      AttributeKey.valueOf(TlsSetup.class, "handler");

  TlsSetup {
    Objects.requireNonNull(context, "context");
    requireTime(timeout);
  }

  static void requireTime(Duration timeout) {
    if (timeout.toMillis() <= 0) {
      throw new IllegalArgumentException(
          "no time for a TLS handshake: timeout=" + timeout + "; give a millisecond at least");
    }
  }

  @Override
  public void check(boolean client) {
    if (client != context.isClient()) {
      throw new IllegalArgumentException(
          "TLS context of the wrong side: context is for "
              + (client ? "servers" : "clients")
              + "; make it with SslContextBuilder."
              + (client ? "forClient()" : "forServer(...)"));
    }
    TlsClasses.load();
  }

  @Override
  public void prepare(Channel channel, @Nullable SocketAddress peer) {
    channel.pipeline().addLast(handler(channel, peer)).addLast(new TlsEnd());
  }

  private SslHandler handler(Channel channel, @Nullable SocketAddress peer) {
    String name = host;
    int port = -1;
    if (peer instanceof InetSocketAddress inet && context.isClient()) {
      port = inet.getPort();
      name = name == null ? inet.getHostString() : name;
    }
    if (name != null && name.endsWith(".")) {
      // A certificate has no dot at its end, and neither has SNI.
      name = name.substring(0, name.length() - 1);
    }
    SslHandler handler =
        name == null
            ? context.newHandler(channel.alloc())
            : context.newHandler(channel.alloc(), name, port);
    handler.setHandshakeTimeoutMillis(timeout.toMillis());
    channel.attr(HANDLER).set(handler);
    return handler;
  }

  @Override
  public void establish(Connection connection) {
    SslHandler handler = connection.channel().attr(HANDLER).get();
    try {
      NettyWait.await(handler.handshakeFuture());
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "TLS handshake failed: connection=" + connection + " cause=" + TlsFailure.text(failure),
          failure);
    }
    connection.secured(
        new TlsSession(handler.engine().getSession(), handler.applicationProtocol()));
  }

  /**
   * Puts TLS into a connection that has gone without until now.
   *
   * @throws UncheckedIOException if the handshake fails; the connection is closed then
   * @throws Cancelled if the task's scope is cancelled; the connection is closed then
   */
  void upgrade(Connection connection) {
    Confinement.enter(connection.wire.loop, "startTls");
    Channel channel = connection.channel();
    if (channel.attr(HANDLER).get() != null) {
      throw new IllegalStateException(
          "startTls() on a connection that has TLS: connection=" + connection);
    }
    // What has come after the peer's last word in the clear is TLS already, or it is not the
    // peer's: it must not be taken for data that TLS has protected.
    ByteBuf early = connection.reader().surrender();
    ChannelPipeline pipeline = channel.pipeline();
    ChannelHandlerContext wire = pipeline.context(connection.wire);
    if (wire == null) {
      early.release();
      throw new UncheckedIOException(
          "startTls() failed: connection=" + connection + " is closed",
          new IOException("the connection is closed"));
    }
    SslHandler handler = handler(channel, null);
    pipeline.addBefore(wire.name(), null, handler);
    pipeline.addBefore(wire.name(), null, new TlsEnd());
    try {
      feed(early, pipeline, handler);
      establish(connection);
    } catch (Throwable failure) {
      connection.wire.closeNow();
      throw failure;
    }
  }

  /** As if the bytes came from the wire only now. */
  private static void feed(ByteBuf early, ChannelPipeline pipeline, SslHandler handler) {
    if (!early.isReadable()) {
      early.release();
      return;
    }
    ChannelHandler before = new ChannelInboundHandlerAdapter();
    pipeline.addBefore(pipeline.context(handler).name(), null, before);
    pipeline.context(before).fireChannelRead(early).fireChannelReadComplete();
    if (pipeline.context(before) != null) {
      pipeline.remove(before);
    }
  }
}
