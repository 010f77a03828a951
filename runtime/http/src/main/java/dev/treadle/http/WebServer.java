package dev.treadle.http;

import dev.treadle.Action;
import dev.treadle.CancelScope;
import dev.treadle.Deferred;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.TaskGroup;
import dev.treadle.Treadle;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * A server that listens, made by {@link Http#bind}. Each request is a task of the server's own
 * group, named after the request.
 *
 * <pre>{@code
 * try (var server = Http.bind(HttpServer.create().port(8080).route(routes))) {
 *   server.join();
 * }
 * }</pre>
 *
 * <p>Confined to its loop's thread.
 */
public final class WebServer implements AutoCloseable {
  private static final AttributeKey<WebServer> KEY = AttributeKey.valueOf(WebServer.class, "of");

  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Loop loop = Loop.current();
  private final ChannelGroup connections = new DefaultChannelGroup(loop.nettyLoop());
  private final Deferred<@Nullable Void> closed = new Deferred<>(loop);
  private final Deferred<@Nullable Void> answered = new Deferred<>(loop);
  private @Nullable DisposableServer listening;
  private @Nullable SocketAddress address;
  private @Nullable TaskGroup group;
  private @Nullable Served first;
  private boolean closing;

  private WebServer() {}

  static WebServer bind(HttpServer config) {
    WebServer server = new WebServer();
    try {
      Treadle.await(
          config
              .runOn(TreadleResources.of(server.loop))
              .childAttr(KEY, server)
              .doOnChannelInit(
                  (observer, channel, remote) -> {
                    if (channel.parent() != null) {
                      server.connections.add(channel);
                    }
                  })
              // Before the first connection, which another turn brings.
              .doOnBound(server::bound)
              .bind());
    } catch (Throwable failure) {
      if (server.group != null) {
        server.group.cancel();
      }
      if (failure instanceof ChannelBindException) {
        IOException cause =
            failure.getCause() instanceof IOException io ? io : new IOException(failure.getCause());
        throw new UncheckedIOException(
            "cannot listen: " + failure.getMessage() + ": " + cause.getMessage(), cause);
      }
      throw failure;
    }
    return server;
  }

  /** The server that accepted this connection, or this stream of one; null if none of ours did. */
  static @Nullable WebServer of(Channel channel) {
    WebServer server = channel.attr(KEY).get();
    return server == null && channel.parent() != null ? channel.parent().attr(KEY).get() : server;
  }

  private void bound(DisposableServer bound) {
    listening = bound;
    address = bound.channel().localAddress();
    bound.channel().pipeline().addFirst(new AcceptFailures());
    Treadle.spawnEager("http server " + address, this::serve);
  }

  /** The body of the task whose group the requests are in. */
  private void serve() {
    try {
      Treadle.group(
          "requests of " + address,
          requests -> {
            group = requests;
            Treadle.await(closed);
          });
    } finally {
      // Also when the loop ends and nobody has called close().
      closing = true;
      Objects.requireNonNull(listening).dispose();
      closed.complete(null);
    }
  }

  /** The loop it runs on. Any thread. */
  public Loop loop() {
    return loop;
  }

  /** Where it listens; the port that was chosen where port 0 was asked for. Any thread. */
  public SocketAddress localAddress() {
    return Objects.requireNonNull(address);
  }

  /** The port it listens on. Any thread. */
  public int port() {
    if (localAddress() instanceof InetSocketAddress inet) {
      return inet.getPort();
    }
    throw new IllegalStateException(
        "no port: address=" + address + "; a Unix socket has a path, see localAddress()");
  }

  /** How many connections are open; those of HTTP/2 carry many requests. */
  public int connections() {
    return connections.size();
  }

  /** How many requests are being handled. */
  public int requests() {
    return group == null ? 0 : group.size();
  }

  /** Waits until the server is closed. */
  public void join() {
    Treadle.await(closed);
  }

  /**
   * Stops listening, cancels the handlers and waits until all have ended, then closes the
   * connections. A client whose answer had not begun gets 503, one in the midst of it sees the
   * connection break off. A client that does not read that has a second to do so. Does nothing the
   * second time but wait.
   *
   * @throws IllegalStateException outside a task, or in a handler of this server, which it would
   *     wait for: spawn a task there that closes it
   */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /**
   * The same with time to finish: stops listening and closes the connections that are idle; what
   * runs may go on until the grace has passed, and is then cancelled. Answers sent meanwhile tell
   * their client that the connection is not kept; a request that arrives meanwhile gets 503. If the
   * caller's scope is cancelled while it waits, the grace is over.
   *
   * @throws IllegalStateException as {@link #close()} does
   */
  public void close(Duration grace) {
    refuseOwnHandler();
    try {
      if (!closing) {
        closing = true;
        Objects.requireNonNull(listening).dispose();
        drain();
        if (!grace.isZero() && !grace.isNegative()) {
          new CancelScope(grace).run(this::awaitDrained);
        }
      }
    } finally {
      Treadle.shield(this::end);
    }
  }

  /** Cancels what still runs. */
  private void end() {
    Objects.requireNonNull(group).cancel();
    Treadle.await(closed);
    // For what has just been told to be on its way; who does not read that is not waited for.
    new CancelScope(LAST_WORDS).run(this::awaitDrained);
    for (Channel connection : connections) {
      abort(connection);
    }
    Treadle.await(connections.newCloseFuture());
  }

  boolean isClosing() {
    return closing;
  }

  /** Starts a handler's task; its first step is inside this call. */
  Task<?> spawn(Action<Exception> body) {
    return Objects.requireNonNull(group).spawnEager(null, body);
  }

  /** What it serves begins. */
  void add(Served served) {
    Served head = first;
    served.next = head;
    if (head != null) {
      head.previous = served;
    }
    first = served;
  }

  /** It has ended. */
  void remove(Served served) {
    Served before = served.previous;
    Served after = served.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    if (first == null && closing) {
      answered.complete(null);
    }
  }

  private void refuseOwnHandler() {
    Task<?> current = Treadle.currentTask();
    for (Served running = first; running != null; running = running.next) {
      if (running.task() == current) {
        throw new IllegalStateException(
            "close() by a handler of the server it would wait for: request="
                + running
                + "; spawn a task of the loop that closes it");
      }
    }
  }

  /** Lets go of what is idle, and of the rest once it is answered. */
  private void drain() {
    List<Channel> busy = new ArrayList<>();
    for (Served running = first; running != null; running = running.next) {
      running.closeAfterwards();
      busy.add(running.connection());
    }
    for (Channel connection : connections) {
      if (!busy.contains(connection)) {
        connection.close();
      }
    }
    if (first == null) {
      answered.complete(null);
    }
  }

  private void awaitDrained() {
    Treadle.await(answered);
    for (Channel connection : connections) {
      if (connection.pipeline().get(Http2ConnectionHandler.class) != null) {
        // Says goodbye, and closes when the last stream has been written. Not sooner: there are
        // clients that drop their streams when they hear it.
        connection.close();
      }
    }
    Treadle.await(connections.newCloseFuture());
  }

  /** Closes it whatever its handlers would like to send before. */
  private static void abort(Channel connection) {
    ChannelHandlerContext outermost = connection.pipeline().firstContext();
    if (outermost == null) {
      connection.close();
    } else {
      outermost.close();
    }
  }

  @Override
  public String toString() {
    return "WebServer[" + address + (closing ? " closing]" : "]");
  }
}
