package dev.treadle.offload;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether another worker may be started when the last ones could not: after a pause that doubles
 * and, when three in a row have failed, not for calls that wait but only for later ones. On the
 * loop's thread.
 */
final class Starts {
  static final int ATTEMPTS = 3;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int MOST_DOUBLINGS = 7;

  private int failures;
  private long notBefore;
  private @Nullable WorkerStartException last;

  void succeeded() {
    failures = 0;
    last = null;
  }

  void failed(WorkerStartException failure, long now) {
    last = failure;
    notBefore = now + (FIRST_PAUSE_NANOS << Math.min(failures, MOST_DOUBLINGS));
    failures++;
  }

  /** Whether one may be started now. */
  boolean isOpen(long now) {
    return failures == 0 || notBefore - now <= 0;
  }

  /** Whether the last one could not. */
  boolean isTroubled() {
    return failures > 0;
  }

  /** When one may be started again. */
  long notBefore() {
    return notBefore;
  }

  /** Why calls are not to wait for a worker; null when they are. */
  @Nullable WorkerStartException refusal() {
    return failures >= ATTEMPTS ? last : null;
  }
}
