package dev.treadle;

import java.io.Serial;

/**
 * Thrown out of a loop that detects deadlocks when nothing is ready, no timer is pending and
 * nothing is outstanding elsewhere, so that its tasks can only be waiting for one another. The
 * message ends with the task dump.
 */
public final class DeadlockException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  DeadlockException(String message) {
    super(message);
  }
}
