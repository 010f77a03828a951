package dev.treadle.http;

import dev.treadle.Treadle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.netty.http.server.HttpServerResponse;

/**
 * What a handler answers: all at once with {@link #send}, or piece by piece with {@link #write}. A
 * view of Reactor Netty's response, which {@link #netty()} gives for all that is not here: cookies,
 * trailers, compression, {@code sendFile}; await what that gives.
 *
 * <p>Confined to its loop's thread.
 */
public final class Response {
  private final HttpServerResponse netty;
  private final Channel channel;

  /** What ends the exchange when the headers are all there is to send; null if they are not. */
  private final @Nullable Runnable headersOnly;

  private boolean sent;

  Response(HttpServerResponse netty, Channel channel, @Nullable Runnable headersOnly) {
    this.netty = netty;
    this.channel = channel;
    this.headersOnly = headersOnly;
  }

  /** Reactor Netty's own response. */
  public HttpServerResponse netty() {
    return netty;
  }

  /** The status; 200 if none was set. */
  public int status() {
    return netty.status().code();
  }

  /**
   * Sets the status.
   *
   * @throws IllegalStateException if the response has been started
   */
  public Response status(int status) {
    requireNotStarted("status()");
    netty.status(status);
    return this;
  }

  /**
   * Sets a header, in the place of any of that name.
   *
   * @throws IllegalStateException if the response has been started
   */
  public Response header(CharSequence name, CharSequence value) {
    requireNotStarted("header()");
    netty.header(name, value);
    return this;
  }

  /** The headers, to look at or change until the response is started. */
  public HttpHeaders headers() {
    return netty.responseHeaders();
  }

  /** Whether status and headers have been sent, so that they can no longer change. */
  public boolean isStarted() {
    return netty.hasSentHeaders();
  }

  /**
   * Sends the whole response with this body as UTF-8, at once; the client has it while the handler
   * goes on, and then ending the handler has nothing more to send. The content type is left to
   * {@link #header}. To a HEAD only the headers are sent, with the length that the body has.
   *
   * @throws IllegalStateException if the response has been started
   */
  public void send(CharSequence body) {
    requireNotStarted("send()");
    send(ByteBufUtil.writeUtf8(channel.alloc(), body));
  }

  /** The same with these bytes, which must not change until the client has them. */
  public void send(byte[] body) {
    send(Unpooled.wrappedBuffer(body));
  }

  /** The same with a buffer, which is released in any case. */
  public void send(ByteBuf body) {
    if (isStarted()) {
      body.release();
    }
    requireNotStarted("send()");
    sent = true;
    if (headersOnly == null) {
      subscribe(netty.sendObject(body));
      return;
    }
    HttpHeaders headers = headers();
    if (admitsBody(status()) && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    }
    body.release();
    subscribe(netty.sendObject(Unpooled.EMPTY_BUFFER));
  }

  /**
   * Writes a piece of the body as UTF-8, after status and headers if it is the first; the client
   * has it at once. Suspends while more waits to be written to the connection than Netty's high
   * water mark: a client that reads slowly holds up its handler alone.
   *
   * <p>To a HEAD only the headers are sent; that ends the exchange, and the handler is cancelled,
   * as when the client goes away.
   *
   * @throws UncheckedIOException if the client has gone away
   * @throws IllegalStateException if the response was ended by {@link #send}, or its status admits
   *     no body
   * @throws dev.treadle.Cancelled if the task's scope is cancelled
   */
  public void write(CharSequence text) {
    write(ByteBufUtil.writeUtf8(channel.alloc(), text));
  }

  /** The same with these bytes, which must not change before this returns. */
  public void write(byte[] bytes) {
    write(channel.alloc().buffer(bytes.length).writeBytes(bytes));
  }

  /** The same with a buffer, which is released in any case. */
  public void write(ByteBuf chunk) {
    try {
      Treadle.checkCancelled();
      requireBody();
      if (!isStarted()) {
        subscribe(netty.then());
      }
    } catch (Throwable refused) {
      chunk.release();
      throw refused;
    }
    if (headersOnly != null) {
      chunk.release();
      headersOnly.run();
      Treadle.checkCancelled();
      return;
    }
    ChannelFuture written = channel.writeAndFlush(chunk);
    if (!written.isDone()) {
      if (!channel.isWritable()) {
        awaitWritten(written);
      }
    } else if (!written.isSuccess()) {
      throw lost(written.cause());
    }
  }

  private void awaitWritten(ChannelFuture written) {
    try {
      Treadle.await(written);
    } catch (CompletionException failure) {
      throw lost(Objects.requireNonNullElse(failure.getCause(), failure));
    }
  }

  /**
   * Makes the body a stream of server-sent events; the response starts with the first of them.
   *
   * @throws IllegalStateException if the response has been started
   */
  public Events events() {
    header(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_EVENT_STREAM);
    header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
    return new Events(this);
  }

  private void requireBody() {
    if (sent) {
      requireNotStarted("write()");
    }
    int status = status();
    if (!admitsBody(status)) {
      throw new IllegalStateException(
          "write() refused: status=" + status + " has no body; set another, or write nothing");
    }
    if (!channel.isActive()) {
      throw lost(new IOException("connection closed"));
    }
  }

  private static boolean admitsBody(int status) {
    return status >= 200 && status != 204 && status != 205 && status != 304;
  }

  private void requireNotStarted(String operation) {
    if (isStarted()) {
      throw new IllegalStateException(
          operation
              + " refused: status="
              + status()
              + " is on its way; set status and headers before the body, and send once");
    }
  }

  private UncheckedIOException lost(Throwable cause) {
    IOException checked = cause instanceof IOException io ? io : new IOException(cause);
    return new UncheckedIOException(
        "response not sent: connection=" + channel + " cause=" + cause.getMessage(), checked);
  }

  /** Does what the publisher stands for; on this thread it is begun when this returns. */
  private void subscribe(Publisher<Void> action) {
    Begun begun = new Begun();
    action.subscribe(begun);
    if (begun.failure != null) {
      throw lost(begun.failure);
    }
  }

  @Override
  public String toString() {
    return "Response[" + status() + (isStarted() ? " started]" : "]");
  }

  private static final class Begun implements CoreSubscriber<Void> {
    private @Nullable Throwable failure;

    @Override
    public void onSubscribe(Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Void nothing) {}

    @Override
    public void onError(Throwable cause) {
      failure = Objects.requireNonNull(cause);
    }

    @Override
    public void onComplete() {}
  }
}
