package dev.treadle.http;

import dev.treadle.Loop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * A client with a connection pool for each loop that asks. Reactor Netty's own pool is the JVM's:
 * it would hold every loop that ever used it, and hand out connections of one that has closed.
 */
final class Pools {
  private static final Map<Loop, HttpClient> CLIENTS = new ConcurrentHashMap<>();

  private Pools() {}

  static HttpClient client(Loop loop) {
    HttpClient known = CLIENTS.get(loop);
    return known == null ? CLIENTS.computeIfAbsent(loop, Pools::create) : known;
  }

  /** Whether the loop has one. */
  static boolean knows(Loop loop) {
    return CLIENTS.containsKey(loop);
  }

  private static HttpClient create(Loop loop) {
    ConnectionProvider pool = ConnectionProvider.create("treadle-" + loop.name());
    // The loop has closed the connections by then.
    loop.nettyLoop()
        .terminationFuture()
        .addListener(
            ended -> {
              CLIENTS.remove(loop);
              pool.dispose();
            });
    return HttpClient.create(pool).runOn(TreadleResources.of(loop));
  }
}
