package dev.treadle.demos;

import java.util.logging.Level;
import java.util.logging.Logger;
import reactor.util.Loggers;

/** What Reactor Netty logs of connections that fail; the demos tell it in lines of their own. */
final class NettyLog {
  /** Held, or the JDK would forget it, and its level. */
  private static final Logger LOG = Logger.getLogger("reactor.netty");

  private NettyLog() {}

  /** No more than what should never happen. */
  static void hush() {
    Loggers.useJdkLoggers();
    LOG.setLevel(Level.SEVERE);
  }
}
