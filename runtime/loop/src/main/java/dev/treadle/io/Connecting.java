package dev.treadle.io;

import static dev.treadle.Treadle.await;

import dev.treadle.Loop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** Makes connections to others. */
final class Connecting {
  private Connecting() {}

  static Connection connect(NetOptions options, SocketAddress address) {
    Objects.requireNonNull(address, "address");
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      return connect(options, inet.getHostString(), inet.getPort());
    }
    Connection connection = open(options, address);
    establish(options, connection);
    return connection;
  }

  /** Connects, and does not wait for TLS. */
  private static Connection open(NetOptions options, SocketAddress address) {
    Loop loop = Loop.current();
    Confinement.enter(loop, "connect");
    options.setup.check(true);
    Channel channel;
    try {
      channel = Sockets.client(loop.transport(), address);
    } catch (ChannelException failure) {
      throw failed(address, failure);
    }
    Connection connection = new Connection(loop, channel, options);
    try {
      options.configure(channel, loop.transport());
      options.setup.prepare(channel, address);
      channel.pipeline().addLast(connection.wire);
      await(Sockets.register(loop, channel));
      await(channel.connect(Sockets.forNetty(loop.transport(), address)));
      connection.connected();
      return connection;
    } catch (CompletionException failure) {
      connection.wire.closeNow();
      throw failed(address, failure.getCause() == null ? failure : failure.getCause());
    } catch (Throwable failure) {
      connection.wire.closeNow();
      throw failure;
    }
  }

  static Connection connect(NetOptions options, String host, int port) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    if (literal != null) {
      return connect(options, new InetSocketAddress(literal, port));
    }
    Confinement.enter(Loop.current(), "connect");
    options.setup.check(true);
    Connection connection =
        new HappyEyeballs<Connection>(
                port,
                options.attemptDelay,
                address -> open(options, address),
                late -> late.wire.closeNow())
            .connect(host, options.resolver);
    establish(options, connection);
    return connection;
  }

  private static void establish(NetOptions options, Connection connection) {
    try {
      options.setup.establish(connection);
    } catch (Throwable failure) {
      connection.wire.closeNow();
      throw failure;
    }
  }

  private static UncheckedIOException failed(SocketAddress address, Throwable failure) {
    IOException cause = failure instanceof IOException io ? io : new IOException(failure);
    return new UncheckedIOException(
        "connect failed: address="
            + Connection.text(address)
            + " cause="
            + cause.getMessage()
            + "; check that a server listens there",
        cause);
  }
}
