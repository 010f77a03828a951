package dev.treadle.http;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import dev.treadle.DeadlineExceededException;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableChannel;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * One request and its handler's task, as the publisher Reactor Netty waits for: subscribing starts
 * the task inside that very call, cancelling cancels it, and the task's body itself completes it.
 * One object for all of that, and no operator: a request pays for the task alone.
 */
final class Exchange extends Mono<Void> implements Subscription, Action<Exception> {
  private final HttpHandler handler;
  private final @Nullable Duration deadline;
  private final Request request;
  private final Response response;
  private final Channel channel;
  private @Nullable CoreSubscriber<? super Void> subscriber;
  private @Nullable Task<?> task;
  private @Nullable WebServer server;
  private boolean clientGone;
  private boolean isLast;

  /** Neighbours in the server's list of what it is answering. */
  @Nullable Exchange previous;

  @Nullable Exchange next;

  Exchange(
      HttpHandler handler,
      @Nullable Duration deadline,
      HttpServerRequest request,
      HttpServerResponse response) {
    this.handler = handler;
    this.deadline = deadline;
    this.channel = ((DisposableChannel) response).channel();
    this.request = new Request(request);
    this.response = new Response(response, channel);
  }

  @Override
  public void subscribe(CoreSubscriber<? super Void> actual) {
    subscriber = actual;
    actual.onSubscribe(this);
    WebServer owner = WebServer.of(channel);
    if (owner == null) {
      task = Treadle.spawnEager(request.name(), this);
    } else if (owner.isClosing()) {
      refuse();
    } else {
      server = owner;
      owner.add(this);
      task = owner.spawn(request.name(), this);
    }
  }

  /** The body of the task. */
  @Override
  public void run() throws Exception {
    task = Loop.current().running();
    try {
      if (deadline == null) {
        handler.handle(request, response);
      } else {
        Treadle.withTimeout(deadline, () -> handler.handle(request, response));
      }
    } catch (Throwable failure) {
      failed(failure);
      return;
    }
    complete();
  }

  private void failed(Throwable failure) {
    if (failure instanceof Cancelled cancelled && isCancelling()) {
      refuse();
      // The loop looks at it: what went wrong on the way out is in there.
      throw cancelled;
    }
    if (failure instanceof HttpException answer) {
      if (answer.status() >= 500) {
        report(failure);
      }
      answer(answer.status(), String.valueOf(answer.getMessage()));
    } else if (failure instanceof UncheckedIOException && !channel.isActive()) {
      // The client went away while it was written to or read from: nobody's mistake.
      complete();
    } else {
      report(failure);
      boolean late = failure instanceof DeadlineExceededException;
      answer(late ? 503 : 500, late ? "not done in time" : "");
    }
  }

  private static boolean isCancelling() {
    Task<?> current = Treadle.currentTask();
    return current != null && current.isCancelling();
  }

  private void report(Throwable failure) {
    Loop.current().reportFailure("handler of " + request.name(), failure);
  }

  /** Answers with an error, or breaks off the answer that has begun. */
  private void answer(int status, String text) {
    if (clientGone || !channel.isActive()) {
      complete();
    } else if (response.isStarted()) {
      // Whoever reads it must not take what there is for the whole.
      channel.close();
    } else {
      response.headers().clear();
      response.status(status);
      if (text.isEmpty()) {
        complete();
      } else {
        response.header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8").send(text);
        complete();
      }
    }
  }

  private void refuse() {
    if (!response.isStarted()) {
      response.netty().keepAlive(false);
    }
    answer(503, "the server is going down");
  }

  private void complete() {
    CoreSubscriber<? super Void> told = subscriber;
    if (told != null && !clientGone) {
      told.onComplete();
      if (isLast) {
        // After what is still to be written.
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }
    if (server != null) {
      server.remove(this);
    }
  }

  /** Its connection ends with it; gives that connection. */
  Channel closeAfterwards() {
    boolean isStream = channel.parent() != null && !(channel.parent() instanceof ServerChannel);
    if (isStream) {
      return channel.parent();
    }
    isLast = true;
    if (!response.isStarted()) {
      response.netty().keepAlive(false);
    }
    return channel;
  }

  @Nullable Task<?> task() {
    return task;
  }

  @Override
  public void request(long n) {
    // There is nothing but the end.
  }

  /** The client has gone away. */
  @Override
  public void cancel() {
    clientGone = true;
    if (task != null) {
      task.cancel();
    }
  }

  @Override
  public String toString() {
    return "Exchange[" + request.name() + "]";
  }
}
