package dev.treadle.benchmarks.io;

import dev.treadle.Loop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A server of Treadle's on a loop with a thread of its own. */
final class OnLoop implements AutoCloseable {
  private final Loop loop;
  private final int port;

  /**
   * Starts it; it ends with its loop.
   *
   * @param listen makes the server, in a task of the loop
   * @param address where it listens
   */
  <S> OnLoop(NettyTransport transport, Callable<S> listen, Function<S, SocketAddress> address) {
    loop = Loop.builder().name("server").transport(transport.treadle).start();
    CompletableFuture<SocketAddress> bound = new CompletableFuture<>();
    loop.submit(
        "server",
        () -> {
          try {
            bound.complete(address.apply(listen.call()));
          } catch (Throwable failure) {
            bound.completeExceptionally(failure);
            throw failure;
          }
        });
    port = ((InetSocketAddress) bound.join()).getPort();
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    loop.close();
  }
}
