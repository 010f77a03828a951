package dev.treadle.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** A body as it arrives. */
final class Chunks extends Inbox<ByteBuf, byte[]> {
  private final HttpHeaders headers;
  private final @Nullable IncomingBody watched;

  Chunks(
      Publisher<ByteBuf> source,
      HttpHeaders headers,
      String owner,
      @Nullable IncomingBody watched) {
    super(source, "body of " + owner);
    this.headers = headers;
    this.watched = watched;
  }

  @Override
  @Nullable Throwable cutOff() {
    return watched == null ? null : watched.malformed();
  }

  @Override
  byte @Nullable [] keep(ByteBuf chunk) {
    return chunk.isReadable() ? ByteBufUtil.getBytes(chunk) : null;
  }

  /** All of it; null if that is more than the limit, and the rest is then not wanted. */
  byte @Nullable [] readAll(int limit) {
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

  /** The charset its content type names, else UTF-8. */
  Charset charset() {
    return charset(headers);
  }

  static Charset charset(HttpHeaders headers) {
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type == null
        ? StandardCharsets.UTF_8
        : HttpUtil.getCharset(type, StandardCharsets.UTF_8);
  }
}
