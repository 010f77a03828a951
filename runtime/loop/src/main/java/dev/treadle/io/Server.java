package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.awaitUntil;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.shield;
import static dev.treadle.Treadle.spawn;

import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.TaskGroup;
import dev.treadle.Until;
import dev.treadle.WaitQueue;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and handles each in a task of its own: asyncio's {@code Server}, trio's
 * {@code serve_listeners}. Made by {@link Net#listen}.
 *
 * <p>The tasks belong to the server's own group, in a task of the loop, so they end before the
 * server does. Each is named after its peer, and has the {@code ScopedValue} bindings of the code
 * that called {@code listen}. A handler that throws ends its connection alone. When connections
 * cannot be accepted, as with too many files open, that is logged once, and accepting pauses for a
 * second at a time until it goes on.
 *
 * <p>Confined to its loop's thread.
 */
public final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.treadle.io.Server");

  /** The servers a task is part of. */
  private static final ScopedValue<Serving> SERVING = ScopedValue.newInstance();

  final Loop loop;
  final NetOptions options;
  private final ConnectionHandler handler;
  private final ServerChannel channel;
  private final SocketAddress address;
  private final Set<Connection> connections = new LinkedHashSet<>();
  private final ArrayDeque<Connection> accepted = new ArrayDeque<>();
  private final WaitQueue<Boolean> waiter = new WaitQueue<>();
  private @Nullable Task<?> task;
  private boolean stopped;

  private Server(
      Loop loop,
      NetOptions options,
      SocketAddress address,
      ServerChannel channel,
      ConnectionHandler handler) {
    this.loop = loop;
    this.options = options;
    this.handler = handler;
    this.channel = channel;
    this.address = address;
  }

  static Server listen(NetOptions options, SocketAddress address, ConnectionHandler handler) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(handler, "handler");
    Loop loop = Loop.current();
    Confinement.enter(loop, "listen");
    options.setup.check(false);
    if (address instanceof UnixDomainSocketAddress unix) {
      UnixSocketFile.claim(unix);
    }
    ServerChannel channel = null;
    try {
      channel = Sockets.server(loop.transport(), address);
      channel.config().setAutoRead(false);
      channel.config().setOption(ChannelOption.SO_BACKLOG, options.backlog);
      if (!Sockets.isUnix(address)) {
        // Or the port of a server that has ended would be taken for minutes.
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
      }
      await(Sockets.register(loop, channel));
      await(channel.bind(Sockets.forNetty(loop.transport(), address)));
      SocketAddress bound = Sockets.forUsers(channel.localAddress());
      Server server =
          new Server(loop, options.copy(), bound == null ? address : bound, channel, handler);
      server.start();
      return server;
    } catch (CompletionException | ChannelException failure) {
      closeNow(channel);
      throw failed(address, failure.getCause() == null ? failure : failure.getCause());
    } catch (Throwable failure) {
      closeNow(channel);
      throw failure;
    }
  }

  private static void closeNow(@Nullable ServerChannel channel) {
    if (channel != null) {
      channel.unsafe().closeForcibly();
    }
  }

  static UncheckedIOException failed(SocketAddress address, Throwable failure) {
    IOException cause = failure instanceof IOException io ? io : new IOException(failure);
    return new UncheckedIOException(
        "listen failed: address="
            + Connection.text(address)
            + " cause="
            + cause.getMessage()
            + (Sockets.isUnix(address)
                ? "; choose another path"
                : "; choose another, or port 0 for one that is free"),
        cause);
  }

  private void start() {
    task = spawn("server " + Connection.text(address), this::run);
    channel.pipeline().addLast(new Acceptor(this));
    channel.config().setAutoRead(true);
  }

  /** Where it listens, with the port it was given; still known when it is closed. */
  public SocketAddress localAddress() {
    return address;
  }

  /** The connections whose handlers have not ended, oldest first. */
  public List<Connection> connections() {
    Confinement.requireThread(loop, "connections");
    return List.copyOf(connections);
  }

  /** Whether it still accepts connections. */
  public boolean isAccepting() {
    return !stopped;
  }

  /**
   * Waits until the server is closed and its handlers have ended. Cancelling the wait leaves the
   * server alone.
   *
   * @throws Cancelled if the task's scope is cancelled
   * @throws IllegalStateException outside a task
   */
  public void join() {
    Confinement.enter(loop, "join");
    awaitUntil(Until.ALL_COMPLETED, List.of(serving()));
  }

  /**
   * Stops accepting, cancels the tasks of all connections and waits until they have ended; also in
   * a cancelled scope. Called by one of these tasks, it is cancelled, too, and this throws. Outside
   * a task it waits for nothing.
   *
   * @throws IllegalStateException on another thread than the loop's
   */
  @Override
  public void close() {
    Confinement.requireThread(loop, "close");
    stopAccepting();
    Task<?> serving = serving();
    serving.cancel();
    if (loop.running() == null || serving.isDone()) {
      return;
    }
    if (isInside()) {
      // Its own end is what it would wait for.
      loop.checkCancelled();
      return;
    }
    shield(() -> awaitUntil(Until.ALL_COMPLETED, List.of(serving)));
  }

  /**
   * Stops accepting, lets the handlers that run end within the grace, then cancels the rest and
   * waits for it, as {@link #close()} does.
   *
   * @param grace zero or less: none
   * @throws Cancelled if the task's scope is cancelled meanwhile; all are cancelled then
   * @throws IllegalStateException outside a task, or in one of these handlers
   */
  public void close(Duration grace) {
    Confinement.requireTask(loop, "close");
    Objects.requireNonNull(grace, "grace");
    if (isInside()) {
      throw new IllegalStateException(
          "close(Duration) in a handler of the server: server="
              + this
              + "; it cannot wait for itself: call close(), or spawn a task that does");
    }
    stopAccepting();
    try {
      moveOnAfter(grace, () -> awaitUntil(Until.ALL_COMPLETED, List.of(serving())));
    } finally {
      close();
    }
  }

  @Override
  public String toString() {
    return "Server["
        + Connection.text(address)
        + " connections="
        + connections.size()
        + (stopped ? " closed]" : "]");
  }

  /** A channel has been accepted; in a callback of the loop. */
  void accepted(Connection connection) {
    connection.connected();
    if (stopped || connection.isGone()) {
      connection.abort();
      return;
    }
    connections.add(connection);
    accepted.add(connection);
    waiter.wake(true);
  }

  private void stopAccepting() {
    if (stopped) {
      return;
    }
    stopped = true;
    channel.close();
    waiter.wake(false);
    if (address instanceof UnixDomainSocketAddress unix) {
      UnixSocketFile.delete(unix);
    }
  }

  /**
   * The body of the server's task: what arrives is handled in the context listen() was called in.
   */
  private void run() {
    Serving outer = SERVING.isBound() ? SERVING.get() : null;
    try {
      ScopedValue.where(SERVING, new Serving(this, outer))
          .run(() -> group("server " + Connection.text(address), this::serveAll));
    } finally {
      stopAccepting();
      // Those whose tasks were cancelled before their first turn.
      List.copyOf(connections).forEach(this::drop);
    }
  }

  private void serveAll(TaskGroup group) {
    while (true) {
      Connection connection = accepted.poll();
      if (connection != null) {
        group.spawnEager(
            "connection " + Connection.text(connection.remoteAddress()), () -> serve(connection));
      } else if (stopped) {
        return;
      } else {
        waiter.park("accept", this, null);
      }
    }
  }

  private void serve(Connection connection) {
    try {
      if (isEstablished(connection)) {
        handler.handle(connection);
      }
    } catch (Throwable failure) {
      failed(connection, failure);
    } finally {
      try {
        end(connection);
      } finally {
        connections.remove(connection);
      }
    }
  }

  /** A peer whom no connection can be established with is nobody's failure here. */
  private boolean isEstablished(Connection connection) {
    try {
      options.setup.establish(connection);
      return true;
    } catch (UncheckedIOException failure) {
      LOG.log(System.Logger.Level.INFO, "a peer was refused: " + failure.getMessage());
      return false;
    }
  }

  /** A peer that does not read what is pending must not hold the connection open for ever. */
  private void end(Connection connection) {
    moveOnAfter(options.closeTimeout, connection::close);
  }

  private void failed(Connection connection, Throwable failure) {
    if (failure instanceof Cancelled cancelled && isCancelled()) {
      throw cancelled;
    }
    if (failure instanceof VirtualMachineError fatal && !(failure instanceof StackOverflowError)) {
      throw fatal;
    }
    if (connection.explains(failure)) {
      LOG.log(System.Logger.Level.DEBUG, "a peer is gone: connection=" + connection, failure);
    } else {
      loop.reportFailure("handler of " + connection, failure);
    }
  }

  private boolean isCancelled() {
    Task<?> running = loop.running();
    return running != null && running.isCancelling();
  }

  private void drop(Connection connection) {
    connection.wire.closeNow();
    connections.remove(connection);
  }

  private Task<?> serving() {
    return Objects.requireNonNull(task, "task");
  }

  private boolean isInside() {
    Serving at = SERVING.isBound() ? SERVING.get() : null;
    while (at != null && at.server != this) {
      at = at.outer;
    }
    return at != null;
  }

  private record Serving(Server server, @Nullable Serving outer) {}
}
