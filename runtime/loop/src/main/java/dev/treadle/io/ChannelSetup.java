package dev.treadle.io;

import io.netty.channel.Channel;

/** What stands between a connection's wire and its streams, such as TLS. */
interface ChannelSetup {
  /** Plain bytes. */
  ChannelSetup NONE = new ChannelSetup() {};

  /** Adds handlers; those of the streams come after them. Before the channel is registered. */
  default void prepare(Channel channel) {}

  /**
   * Waits until bytes may be written; in the task that connects or, of a server, in the
   * connection's own before its handler is called.
   */
  default void establish(Connection connection) {}
}
