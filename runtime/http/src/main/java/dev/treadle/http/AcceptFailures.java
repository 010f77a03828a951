package dev.treadle.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Logs that a server cannot take in connections, mostly because the process has too many files
 * open. Reactor Netty says nothing of it: it pauses for a second, and tries again.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
  /** Failures closer to each other than this are one, for the log. */
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private static final System.Logger LOG = System.getLogger("dev.treadle.http.WebServer");

  private @Nullable Long failedAt;

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    long now = context.executor().ticker().nanoTime();
    Long last = failedAt;
    failedAt = now;
    if (last == null || now - last > QUIET_NANOS) {
      LOG.log(
          System.Logger.Level.WARNING,
          "accept failed: address="
              + context.channel().localAddress()
              + "; trying again every second",
          cause);
    }
    context.fireExceptionCaught(cause);
  }
}
