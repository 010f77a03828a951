package dev.treadle.http;

import dev.treadle.Treadle;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * A server's answer whose body is read as it arrives, made by {@link Http#open}. The body is read
 * once, by one of {@link #body}, {@link #text} and {@link #chunks}. Confined to its loop's thread.
 */
public final class StreamedReply implements AutoCloseable {
  private final HttpClientResponse netty;
  private final Connection connection;
  private final Chunks chunks;

  private StreamedReply(HttpClientResponse netty, Connection connection) {
    this.netty = netty;
    this.connection = connection;
    this.chunks =
        new Chunks(
            connection.inbound().receive(),
            netty.responseHeaders(),
            String.valueOf(netty.resourceUrl()),
            null);
  }

  static StreamedReply open(HttpClient.ResponseReceiver<?> request) {
    Https.prepare(request);
    // For when it is there but the task that waits for it has been cancelled.
    AtomicReference<@Nullable StreamedReply> opened = new AtomicReference<>();
    try {
      Treadle.await(
          request
              .responseConnection(
                  (answer, connection) -> {
                    opened.set(new StreamedReply(answer, connection));
                    return Mono.<Void>empty();
                  })
              .then());
      StreamedReply reply = opened.get();
      if (reply == null) {
        throw new IllegalStateException("no answer: request=" + request + "; report this");
      }
      return reply;
    } catch (Throwable failure) {
      StreamedReply reply = opened.get();
      if (reply != null) {
        reply.close();
      }
      if (failure instanceof CompletionException
          && failure.getCause() instanceof IOException cause) {
        throw Reply.failure(cause);
      }
      throw failure;
    }
  }

  /** The status, such as 200. */
  public int status() {
    return netty.status().code();
  }

  /** The headers, whose names are without regard to case. */
  public HttpHeaders headers() {
    return netty.responseHeaders();
  }

  /** The first header of that name, or null. */
  public @Nullable String header(String name) {
    return headers().get(name);
  }

  /**
   * The body piece by piece, as it arrives; each step suspends until there is more. No more than a
   * few pieces are read ahead, so that the server waits. Fails with an {@link
   * java.io.UncheckedIOException} if the connection ends before the body does.
   *
   * @return the same each time: a second iteration goes on where the first was left
   */
  public Iterable<byte[]> chunks() {
    return chunks;
  }

  /**
   * The whole body; suspends until it is there.
   *
   * @param limit how many bytes it may have
   * @throws java.io.UncheckedIOException if it is longer, or the connection ends before it does
   */
  public byte[] body(int limit) {
    byte[] body = chunks.readAll(limit);
    if (body == null) {
      throw Reply.tooLong(limit);
    }
    return body;
  }

  /** The same as text, in the charset that the content type names, else UTF-8. */
  public String text(int limit) {
    return new String(body(limit), chunks.charset());
  }

  /** Reactor Netty's own response, for its cookies and redirects. */
  public HttpClientResponse netty() {
    return netty;
  }

  /**
   * Gives the connection back to its pool if the body was read to its end, and closes it otherwise.
   * Waits for nothing.
   */
  @Override
  public void close() {
    connection.dispose();
  }

  @Override
  public String toString() {
    return "StreamedReply[" + status() + "]";
  }
}
