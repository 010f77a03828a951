package dev.treadle.benchmarks.io;

import java.util.ArrayList;
import java.util.List;

/** What is promised of Treadle's I/O. */
final class Limits {
  private static final int BYTES_MORE = 1_024;

  private Limits() {}

  static List<Limit> echo() {
    List<Limit> limits = new ArrayList<>();
    for (NettyTransport transport : NettyTransport.values()) {
      String title = "TCP echo, 64 B, 50 connections, " + transport.title();
      String ours = Contenders.treadle(transport);
      String netty = Contenders.netty(transport);
      limits.add(new Limit(title, ours, netty, Figure.PER_SECOND, 0.95));
      limits.add(new Limit(title, ours, "uvloop streams", Figure.PER_SECOND, 1.2));
      limits.add(new Limit("the same, p99", ours, netty, Figure.P99, 1.1));
    }
    return limits;
  }

  static List<Limit> hello() {
    List<Limit> limits = new ArrayList<>();
    for (NettyTransport transport : NettyTransport.values()) {
      String title = "HTTP hello, 50 connections, " + transport.title();
      String ours = Contenders.treadle(transport);
      limits.add(new Limit(title, ours, Contenders.reactor(transport), Figure.PER_SECOND, 0.95));
      limits.add(new Limit(title, ours, "aiohttp on uvloop", Figure.PER_SECOND, 2));
      limits.add(new Limit(title, ours, "Node", Figure.PER_SECOND, 1.2));
    }
    return limits;
  }

  static List<Limit> sleeping(int connections, NettyTransport transport) {
    String title = "HTTP, 1 ms sleep, %d connections".formatted(connections);
    String ours = Contenders.treadle(transport);
    return List.of(
        new Limit(title, ours, Contenders.DELAY, Figure.PER_SECOND, 0.95),
        new Limit(title, ours, Contenders.DELAY_ON_LOOP, Figure.PER_SECOND, 0.95));
  }

  static List<Limit> idle() {
    NettyTransport transport = NettyTransport.EPOLL;
    return List.of(
        new Limit(
            "10,000 idle connections, each",
            Contenders.treadle(transport),
            Contenders.netty(transport),
            Figure.BYTES,
            BYTES_MORE));
  }
}
