package dev.treadle.io;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What stands between a connection's wire and its streams, such as TLS. */
interface ChannelSetup {
  /** Plain bytes. */
  ChannelSetup NONE = new ChannelSetup() {};

  /**
   * Looks whether it can be used on this side, and makes ready for it; may suspend.
   *
   * @throws IllegalArgumentException if not
   */
  default void check(boolean client) {}

  /**
   * Adds handlers; those of the streams come after them. Before the channel is registered.
   *
   * @param peer what it will be connected to, with the name that was asked for; null of a server
   */
  default void prepare(Channel channel, @Nullable SocketAddress peer) {}

  /**
   * Waits until bytes may be written; in the task that connects or, of a server, in the
   * connection's own before its handler is called.
   */
  default void establish(Connection connection) {}
}
