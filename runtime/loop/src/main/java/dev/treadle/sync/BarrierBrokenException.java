package dev.treadle.sync;

import java.io.Serial;

/**
 * Thrown to tasks at an {@link AsyncBarrier} that is aborted, or reset while they wait: asyncio's
 * {@code BrokenBarrierError}. Java's {@code BrokenBarrierException} is checked.
 */
public final class BarrierBrokenException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  BarrierBrokenException(String message) {
    super(message);
  }
}
