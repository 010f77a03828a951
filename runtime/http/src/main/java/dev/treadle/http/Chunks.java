package dev.treadle.http;

import dev.treadle.Loop;
import dev.treadle.WaitQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * A body as it arrives, for one task to read. A few chunks are asked for ahead; more is not read
 * from the connection until those are taken.
 */
final class Chunks implements Iterable<byte[]>, Iterator<byte[]>, CoreSubscriber<ByteBuf> {
  /** How many are under way or wait to be taken; each is one read of a socket, 64 KiB at most. */
  private static final int AHEAD = 4;

  private final Publisher<ByteBuf> source;
  private final String owner;
  private final Loop loop = Loop.current();
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>(AHEAD);
  private final WaitQueue<Boolean> reader = new WaitQueue<>();
  private @Nullable Subscription subscription;
  private @Nullable Throwable failure;
  private boolean subscribed;
  private boolean ended;

  /**
   * The body of a request or response.
   *
   * @param owner what it is the body of, for messages and dumps
   */
  Chunks(Publisher<ByteBuf> source, String owner) {
    this.source = source;
    this.owner = owner;
  }

  @Override
  public Iterator<byte[]> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    loop.checkCancelled();
    if (!subscribed) {
      subscribed = true;
      source.subscribe(this);
    }
    while (arrived.isEmpty() && !ended) {
      if (!reader.isEmpty()) {
        throw new IllegalStateException(
            "two tasks read one body: body=" + owner + "; let one read and pass on what it reads");
      }
      reader.park("read", this, null);
    }
    if (arrived.isEmpty() && failure != null) {
      throw lost(failure);
    }
    return !arrived.isEmpty();
  }

  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the body has ended: body=" + owner);
    }
    byte[] chunk = arrived.removeFirst();
    if (subscription != null && !ended) {
      subscription.request(1);
    }
    return chunk;
  }

  /** All of it; null if that is more than the limit, and the rest is then not wanted. */
  byte @Nullable [] readAll(HttpHeaders headers, int limit) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    // Netty's decoder has looked at it: it is a number.
    long declared = length == null ? 0 : Long.parseLong(length);
    if (declared > limit) {
      cancel();
      return null;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream((int) Math.max(32, declared));
    for (byte[] chunk : this) {
      if (chunk.length > limit - all.size()) {
        cancel();
        return null;
      }
      all.writeBytes(chunk);
    }
    return all.toByteArray();
  }

  /** The charset of a body with these headers. */
  static Charset charset(HttpHeaders headers) {
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type == null
        ? StandardCharsets.UTF_8
        : HttpUtil.getCharset(type, StandardCharsets.UTF_8);
  }

  /** Stops it: the rest is not wanted. */
  void cancel() {
    subscribed = true;
    ended = true;
    arrived.clear();
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private UncheckedIOException lost(Throwable cause) {
    IOException checked =
        cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
    return new UncheckedIOException(
        "body not received: body=" + owner + " cause=" + cause.getMessage(), checked);
  }

  @Override
  public void onSubscribe(Subscription subscribedTo) {
    subscription = subscribedTo;
    subscribedTo.request(AHEAD);
  }

  @Override
  public void onNext(ByteBuf chunk) {
    if (ended) {
      return;
    }
    if (chunk.isReadable()) {
      // The sender of the signal releases it.
      arrived.add(ByteBufUtil.getBytes(chunk));
      reader.wake(true);
    } else if (subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public void onError(Throwable cause) {
    failure = cause;
    onComplete();
  }

  @Override
  public void onComplete() {
    ended = true;
    reader.wake(true);
  }

  @Override
  public String toString() {
    return "body of " + owner;
  }
}
