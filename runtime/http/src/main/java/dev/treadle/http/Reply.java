package dev.treadle.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** A server's whole answer, as {@link Http#get} and {@link Http#read} give it. Any thread. */
public final class Reply {
  private final HttpClientResponse netty;
  private final byte[] body;

  private Reply(HttpClientResponse netty, byte[] body) {
    this.netty = netty;
    this.body = body;
  }

  static Mono<Reply> read(int limit, HttpClient.ResponseReceiver<?> request) {
    Mono<Reply> reply =
        request
            .response(
                (answer, body) ->
                    body.asByteArray()
                        .collect(ByteArrayOutputStream::new, (all, chunk) -> add(all, chunk, limit))
                        .map(all -> new Reply(answer, all.toByteArray())))
            .single()
            .onErrorMap(IOException.class, Reply::failure);
    return Https.prepared(request, reply);
  }

  private static void add(ByteArrayOutputStream all, byte[] chunk, int limit) {
    if (chunk.length > limit - all.size()) {
      throw tooLong(limit);
    }
    all.writeBytes(chunk);
  }

  static UncheckedIOException tooLong(int limit) {
    return new UncheckedIOException(
        new IOException(
            "answer over its limit: limit=" + limit + "; give a higher one, or use open()"));
  }

  static UncheckedIOException failure(Throwable cause) {
    IOException checked = cause instanceof IOException io ? io : new IOException(cause);
    return new UncheckedIOException("no complete answer: cause=" + cause.getMessage(), checked);
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

  /** The body; not a copy. */
  public byte[] body() {
    return body;
  }

  /** The body as text, in the charset that its content type names, else UTF-8. */
  public String text() {
    return new String(body, Chunks.charset(headers()));
  }

  /** Reactor Netty's own response, for its cookies and redirects. */
  public HttpClientResponse netty() {
    return netty;
  }

  @Override
  public String toString() {
    return "Reply[" + status() + " bytes=" + body.length + "]";
  }
}
