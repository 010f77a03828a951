package dev.treadle.http;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.internal.Named;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * What a handler's task serves, as the publisher Reactor Netty waits for: subscribing starts the
 * task inside that very call, cancelling cancels it, and the task's body itself completes it. One
 * object for all of that, and no operator: a request pays for the task alone.
 */
abstract class Served extends Mono<Void> implements Subscription, Action<Exception>, Named {
  final Channel channel;
  private @Nullable CoreSubscriber<? super Void> subscriber;
  private @Nullable WebServer server;
  private @Nullable Task<?> task;
  private boolean cancelled;

  /** Neighbours in the server's list of what it serves. */
  @Nullable Served previous;

  @Nullable Served next;

  Served(Channel channel) {
    this.channel = channel;
  }

  /** What the task is called. */
  abstract String name();

  @Override
  public final String taskName() {
    return name();
  }

  /** Runs the handler, and sends what there is to send at its end. */
  abstract void handle() throws Exception;

  /** The handler has failed, not because it was cancelled: tells the client. */
  abstract void failed(Throwable failure);

  /** Tells the client that the server is going down. */
  abstract void refuse();

  /** The answer will be the last on its connection. */
  abstract void closeAfterwards();

  @Override
  public final void subscribe(CoreSubscriber<? super Void> actual) {
    subscriber = actual;
    actual.onSubscribe(this);
    WebServer owner = WebServer.of(channel);
    if (owner == null) {
      requireLoop();
      task = Treadle.spawnEager(name(), this);
    } else if (owner.isClosing()) {
      refuse();
    } else {
      server = owner;
      task = owner.spawn(this);
    }
  }

  private static void requireLoop() {
    Thread thread = Thread.currentThread();
    if (!Loop.isLoopThread(thread)) {
      throw new IllegalStateException(
          "a handler of tasks without a loop: thread="
              + thread.getName()
              + "; use Http.bind(server), or server.runOn(TreadleResources.of(loop))");
    }
  }

  /** The body of the task. */
  @Override
  public final void run() throws Exception {
    task = Loop.current().running();
    if (server != null) {
      server.add(this);
    }
    try {
      handle();
    } catch (Throwable failure) {
      if (failure instanceof Cancelled && task != null && task.isCancelling()) {
        if (!cancelled) {
          refuse();
        }
        // The loop looks at it: what went wrong on the way out is in there.
        throw failure;
      }
      failed(failure);
    } finally {
      if (server != null) {
        server.remove(this);
      }
    }
  }

  /** Whether the failure is but the client's going away while it was read from or written to. */
  boolean isClientGone(Throwable failure) {
    return failure instanceof UncheckedIOException && !channel.isActive();
  }

  final void report(Throwable failure) {
    Loop.current().reportFailure("handler of " + name(), failure);
  }

  /** Tells Reactor Netty that there is nothing more to send. */
  final void complete() {
    CoreSubscriber<? super Void> told = subscriber;
    if (told != null && !cancelled) {
      told.onComplete();
    }
  }

  final @Nullable Task<?> task() {
    return task;
  }

  /** The connection it came by, which with HTTP/2 carries others. */
  final Channel connection() {
    Channel parent = channel.parent();
    return parent == null || parent instanceof ServerChannel ? channel : parent;
  }

  @Override
  public void request(long n) {
    // There is nothing but the end.
  }

  /** The client has gone away. */
  @Override
  public final void cancel() {
    cancelled = true;
    if (task != null) {
      task.cancel();
    }
  }

  @Override
  public final String toString() {
    return name();
  }
}
