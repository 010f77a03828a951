package dev.treadle.benchmarks.io;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import java.util.concurrent.TimeUnit;
import reactor.netty.resources.LoopResources;

/**
 * Netty's own event loop for Reactor Netty: one thread, and the transport that is compared. What
 * Reactor Netty makes by itself is the same on the transport it prefers.
 */
final class ReactorLoop implements LoopResources, AutoCloseable {
  private final NettyTransport transport;
  private final EventLoopGroup group;

  ReactorLoop(NettyTransport transport) {
    this.transport = transport;
    this.group = new MultiThreadIoEventLoopGroup(1, transport.factory());
  }

  /** The only one. */
  EventLoop loop() {
    return group.next();
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return group;
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup on) {
    return new ReflectiveChannelFactory<C>(onChannelClass(channelType, on)).newChannel();
  }

  /** Only a server's: the channels it accepts are made by it. */
  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> channelType, EventLoopGroup on) {
    return transport.serverChannel.asSubclass(channelType);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
