package dev.treadle.offload;

import java.io.Serial;
import java.time.Duration;

/**
 * A call or a map had a time limit, and took longer. What ran has been ended as by {@link
 * Call#cancel}: a thread is interrupted, a worker process killed and replaced.
 */
public final class CallTimeoutException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Duration timeout;

  CallTimeoutException(String call, Duration timeout) {
    super(
        "call took too long: name="
            + call
            + " timeout="
            + timeout
            + "; give CallOptions.timeout(...) more time, or the step less to do");
    this.timeout = timeout;
  }

  CallTimeoutException(String map, Duration timeout, long delivered) {
    super(
        "map took too long: name="
            + map
            + " timeout="
            + timeout
            + " delivered="
            + delivered
            + "; give MapOptions.timeout(...) more time, or the map less to do");
    this.timeout = timeout;
  }

  /** The time it was given. */
  public Duration timeout() {
    return timeout;
  }
}
