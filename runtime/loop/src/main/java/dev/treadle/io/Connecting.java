package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.onThread;

import dev.treadle.Loop;
import dev.treadle.OnCancel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
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
    Loop loop = Loop.current();
    Confinement.enter(loop, "connect");
    Channel channel;
    try {
      channel = Sockets.client(loop.transport(), address);
    } catch (ChannelException failure) {
      throw failed(address, failure);
    }
    Connection connection = new Connection(loop, channel, options);
    try {
      options.configure(channel);
      options.setup.prepare(channel);
      channel.pipeline().addLast(connection.wire);
      await(Sockets.register(loop, channel));
      await(channel.connect(Sockets.forNetty(loop.transport(), address)));
      connection.connected();
      options.setup.establish(connection);
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
    Confinement.enter(Loop.current(), "connect");
    UncheckedIOException failure = null;
    for (InetAddress address : resolve(host)) {
      try {
        return connect(options, new InetSocketAddress(address, port));
      } catch (UncheckedIOException next) {
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    throw failure == null ? unknown(host, new UnknownHostException(host)) : failure;
  }

  private static InetAddress[] resolve(String host) {
    try {
      return new InetAddress[] {InetAddress.ofLiteral(host)};
    } catch (IllegalArgumentException name) {
      try {
        // No interrupt ends a look-up.
        return onThread(OnCancel.ABANDON, () -> InetAddress.getAllByName(host));
      } catch (UnknownHostException unknown) {
        throw unknown(host, unknown);
      }
    }
  }

  private static UncheckedIOException unknown(String host, UnknownHostException cause) {
    return new UncheckedIOException(
        "connect failed: host=" + host + " cause=unknown host; check the name and the network",
        cause);
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
