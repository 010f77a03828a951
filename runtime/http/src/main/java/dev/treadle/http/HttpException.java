package dev.treadle.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.Serial;

/**
 * Ends a handler with an answer: {@code throw new HttpException(404, "no such user: id=" + id)}.
 * The message is the body, as plain text. Of a status from 500 on the failure is reported, too.
 * aiohttp's {@code web.HTTPException}.
 */
public final class HttpException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;

  /**
   * An answer of this status.
   *
   * @param message what the client reads
   * @throws IllegalArgumentException if the status is not one from 400 to 599
   */
  public HttpException(int status, String message) {
    super(message);
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException(
          "not the status of an error: status=" + status + "; set it on the response instead");
    }
    this.status = status;
  }

  static HttpException tooLarge(long limit) {
    return new HttpException(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE.code(),
        "body over its limit: limit=" + limit + "; send less, or in parts");
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  @Override
  public String toString() {
    return super.toString() + " status=" + status;
  }
}
