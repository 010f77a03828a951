package dev.treadle.io;

import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;

/**
 * What was to be read is longer than the reader allows: asyncio's {@code LimitOverrunError}.
 * Nothing has been consumed: what came can be read in another way.
 */
public final class LimitExceededException extends UncheckedIOException {
  @Serial private static final long serialVersionUID = 1;

  private final int limit;

  LimitExceededException(Object stream, String operation, int limit) {
    super(
        operation
            + "() over its limit: stream="
            + stream
            + " limit="
            + limit
            + "; give a higher limit, or read what came in another way: nothing is consumed",
        new IOException("limit exceeded"));
    this.limit = limit;
  }

  /** The limit, in bytes. */
  public int limit() {
    return limit;
  }
}
