package dev.treadle.io;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Options for a {@link UdpSocket}; not thread-safe. */
public final class UdpOptions {
  private final Map<ChannelOption<?>, Object> channelOptions = new LinkedHashMap<>();
  private int queue = 1024;

  UdpOptions() {}

  /**
   * How many datagrams wait to be received before further ones are dropped; 1024 unless set.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdpOptions queue(int datagrams) {
    if (datagrams <= 0) {
      throw new IllegalArgumentException(
          "queue must be positive: datagrams=" + datagrams + "; 1024 is the default");
    }
    this.queue = datagrams;
    return this;
  }

  /** An option of Netty's channel, such as {@link ChannelOption#SO_BROADCAST}. */
  public <T> UdpOptions option(ChannelOption<T> option, T value) {
    channelOptions.put(option, value);
    return this;
  }

  /** {@link UdpSocket#bind} with these options. */
  public UdpSocket bind(SocketAddress local) {
    return UdpSocket.open(this, "bind", local, bootstrap -> bootstrap.bind(local));
  }

  /** {@link UdpSocket#connect} with these options. */
  public UdpSocket connect(SocketAddress remote) {
    return UdpSocket.open(this, "connect", remote, bootstrap -> bootstrap.connect(remote));
  }

  int queue() {
    return queue;
  }

  @SuppressWarnings("unchecked")
  void applyTo(Bootstrap bootstrap) {
    channelOptions.forEach(
        (option, value) -> bootstrap.option((ChannelOption<Object>) option, value));
  }
}
