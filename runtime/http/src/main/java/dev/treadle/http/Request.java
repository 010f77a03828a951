package dev.treadle.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/**
 * What a handler is asked. A view of Reactor Netty's request, which {@link #netty()} gives for all
 * that is not here: cookies, forms, addresses.
 *
 * <p>The body is read once, by one of {@link #body}, {@link #text} and {@link #chunks}; what is not
 * read is dropped when the response has been sent. Confined to its loop's thread.
 */
public final class Request {
  /** How long a body may be where no limit is given: 1 MiB. */
  public static final int DEFAULT_LIMIT = 1 << 20;

  private final HttpServerRequest netty;
  private final @Nullable IncomingBody watched;
  private @Nullable Chunks chunks;
  private @Nullable Map<String, List<String>> query;

  Request(HttpServerRequest netty, @Nullable IncomingBody watched) {
    this.netty = netty;
    this.watched = watched;
  }

  /** Reactor Netty's own request. */
  public HttpServerRequest netty() {
    return netty;
  }

  /** The method, such as {@code GET}. */
  public String method() {
    return netty.method().name();
  }

  /** The path, decoded, with its leading slash and without the query. */
  public String path() {
    return netty.fullPath();
  }

  /** The headers, whose names are without regard to case. */
  public HttpHeaders headers() {
    return netty.requestHeaders();
  }

  /** The first header of that name, or null. */
  public @Nullable String header(String name) {
    return netty.requestHeaders().get(name);
  }

  /**
   * A part of the path that the route names, as {@code name} in {@code /hello/{name}}, decoded.
   *
   * @throws IllegalArgumentException if the route has none of that name
   */
  public String param(String name) {
    String value = netty.param(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "no such parameter in the route: name="
              + name
              + " path="
              + path()
              + "; write {"
              + name
              + "} into the route's path");
    }
    return QueryStringDecoder.decodeComponent(value.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The first value of a query parameter, decoded; null if there is none. */
  public @Nullable String query(String name) {
    List<String> values = query().get(name);
    return values == null ? null : values.getFirst();
  }

  /** All query parameters, decoded, in the order of the query. */
  public Map<String, List<String>> query() {
    Map<String, List<String>> decoded = query;
    if (decoded == null) {
      decoded = new QueryStringDecoder(netty.uri()).parameters();
      query = decoded;
    }
    return decoded;
  }

  /**
   * The whole body, {@link #DEFAULT_LIMIT} bytes at most; suspends until it is there.
   *
   * @throws HttpException with 413 if it is longer
   * @throws java.io.UncheckedIOException if the client goes away before its end, or sends what is
   *     no body; it has its 400 then
   */
  public byte[] body() {
    return body(DEFAULT_LIMIT);
  }

  /** The same with a limit, in bytes. */
  public byte[] body(int limit) {
    byte[] body = received().readAll(limit);
    if (body == null) {
      throw HttpException.tooLarge(limit);
    }
    return body;
  }

  /** The whole body as text, in the charset that its content type names, else UTF-8. */
  public String text() {
    return text(DEFAULT_LIMIT);
  }

  /** The same with a limit, in bytes. */
  public String text(int limit) {
    return new String(body(limit), received().charset());
  }

  /**
   * The body piece by piece, as it arrives; each step suspends until there is more. While the loop
   * over it is busy elsewhere, no more than a few pieces are read from the connection, so that the
   * client waits.
   *
   * <pre>{@code
   * for (byte[] chunk : request.chunks()) {
   *   file.write(chunk);
   * }
   * }</pre>
   *
   * @return the same each time: a second iteration goes on where the first was left
   */
  public Iterable<byte[]> chunks() {
    return received();
  }

  private Chunks received() {
    Chunks body = chunks;
    if (body == null) {
      body = new Chunks(netty.receive(), headers(), name(), watched);
      chunks = body;
    }
    return body;
  }

  /** What a task that answers it is called. */
  String name() {
    // As it was sent, for the log: what is decoded may have line breaks. The query may be secret.
    String uri = netty.uri();
    int query = uri.indexOf('?');
    return method() + " " + (query < 0 ? uri : uri.substring(0, query));
  }

  @Override
  public String toString() {
    return "Request[" + name() + "]";
  }
}
