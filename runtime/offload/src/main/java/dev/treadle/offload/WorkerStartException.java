package dev.treadle.offload;

import java.io.Serial;

/**
 * A pool could not start workers: there is no such program, a flag is wrong, the initializer fails.
 * The message has what the worker wrote; an initializer's failure is the cause. Calls get it when
 * no other worker is there for them.
 */
public final class WorkerStartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  WorkerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
