package dev.treadle.http;

import dev.treadle.Loop;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.List;
import java.util.Objects;
import reactor.netty.resources.LoopResources;

/**
 * A loop as the event loop of Reactor Netty's servers and clients; the loop's owner closes it,
 * {@link #dispose} does nothing.
 *
 * <pre>{@code
 * HttpServer.create().runOn(TreadleResources.of(Loop.current()))
 * HttpClient.create().runOn(TreadleResources.of(Loop.current()))
 * }</pre>
 *
 * <p>Any thread. Two of the same loop are equal, so that clients on them share Reactor Netty's
 * connection pools.
 */
public final class TreadleResources implements LoopResources {
  private final Loop loop;
  private final List<Class<? extends Channel>> channels;

  private TreadleResources(Loop loop) {
    this.loop = loop;
    this.channels =
        switch (loop.transport()) {
          case IO_URING ->
              List.of(
                  IoUringSocketChannel.class,
                  IoUringServerSocketChannel.class,
                  IoUringDatagramChannel.class,
                  IoUringDomainSocketChannel.class,
                  IoUringServerDomainSocketChannel.class);
          case EPOLL ->
              List.of(
                  EpollSocketChannel.class,
                  EpollServerSocketChannel.class,
                  EpollDatagramChannel.class,
                  EpollDomainSocketChannel.class,
                  EpollServerDomainSocketChannel.class);
          case KQUEUE ->
              List.of(
                  KQueueSocketChannel.class,
                  KQueueServerSocketChannel.class,
                  KQueueDatagramChannel.class,
                  KQueueDomainSocketChannel.class,
                  KQueueServerDomainSocketChannel.class);
          case NIO ->
              List.of(
                  NioSocketChannel.class, NioServerSocketChannel.class, NioDatagramChannel.class);
        };
  }

  /** The loop for Reactor Netty's {@code runOn}. Any thread. */
  public static TreadleResources of(Loop loop) {
    return new TreadleResources(Objects.requireNonNull(loop, "loop"));
  }

  /** The loop everything runs on. */
  public Loop loop() {
    return loop;
  }

  /** The loop's Netty side, whatever the argument says: its transport was chosen with the loop. */
  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return loop.nettyLoop();
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup group) {
    return new ReflectiveChannelFactory<C>(onChannelClass(channelType, group)).newChannel();
  }

  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> channelType, EventLoopGroup group) {
    for (Class<? extends Channel> channel : channels) {
      if (channelType.isAssignableFrom(channel)) {
        return channel.asSubclass(channelType);
      }
    }
    throw new IllegalArgumentException(
        "no such channel on this transport: channel="
            + channelType.getSimpleName()
            + " transport="
            + loop.transport().propertyValue()
            + "; use another transport, see -Dtreadle.transport");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TreadleResources resources && resources.loop == loop;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(loop);
  }

  @Override
  public String toString() {
    return "TreadleResources[" + loop + "]";
  }
}
