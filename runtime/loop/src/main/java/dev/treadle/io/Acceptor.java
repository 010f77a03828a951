package dev.treadle.io;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes in a server's connections. Where that fails, mostly because the process has too many files
 * open, it pauses: what waits to be accepted would make each poll fail again.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** Failures closer to each other than this are one, for the log. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  private static final System.Logger LOG = System.getLogger("dev.treadle.io.Server");

  private final Server server;
  private @Nullable Duration failedAt;

  Acceptor(Server server) {
    this.server = server;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel channel = (Channel) message;
    Connection connection;
    try {
      connection = new Connection(server.loop, channel, server.options);
      server.options.configure(channel, server.loop.transport());
      server.options.setup.prepare(channel, null);
      channel.pipeline().addLast(connection.wire);
    } catch (RuntimeException failure) {
      channel.unsafe().closeForcibly();
      server.loop.reportFailure(server.toString(), failure);
      return;
    }
    Sockets.register(server.loop, channel)
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                server.accepted(connection);
              } else {
                channel.unsafe().closeForcibly();
              }
            });
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Duration now = server.loop.time();
    Duration last = failedAt;
    failedAt = now;
    if (last == null || now.minus(last).compareTo(QUIET) > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "accept failed: address="
              + Connection.text(server.localAddress())
              + "; trying again every "
              + PAUSE.toMillis()
              + " ms",
          cause);
    }
    Channel channel = context.channel();
    channel.config().setAutoRead(false);
    context
        .executor()
        .schedule(
            () -> channel.config().setAutoRead(true), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
