package dev.treadle;

import java.io.Serial;
import java.time.Duration;

/**
 * Thrown by {@link Treadle#withTimeout} when its time ran out before its body ended. The body has
 * been cancelled and has run its {@code finally} blocks by then; the {@link Cancelled} that ended
 * it is the cause, with what went wrong in its clean-up as suppressed exceptions.
 */
public final class DeadlineExceededException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Duration timeout;
  private final String awaiting;

  DeadlineExceededException(Duration timeout, String awaiting) {
    super("deadline exceeded: timeout=" + timeout + " awaiting=" + awaiting);
    this.timeout = timeout;
    this.awaiting = awaiting;
  }

  /** The time the body was given. */
  public Duration timeout() {
    return timeout;
  }

  /** What the task was waiting for when the time ran out, or {@code nothing} if it was running. */
  public String awaiting() {
    return awaiting;
  }
}
