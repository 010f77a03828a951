package dev.treadle.queue;

import java.io.Serial;

/**
 * Thrown by a put into a closed {@link AsyncQueue}, and by a take from one that is closed and
 * empty: asyncio's {@code QueueShutDown}.
 */
public final class QueueClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  /** With that message; for queues like these. */
  public QueueClosedException(String message) {
    super(message);
  }
}
