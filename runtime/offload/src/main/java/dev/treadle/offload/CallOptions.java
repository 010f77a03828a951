package dev.treadle.offload;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one call is to be done. Immutable; any thread.
 *
 * @param name what errors and logs call it; null: the step's own
 * @param timeout how long it may run; null: as long as it likes
 * @param retries how often it is done again after its worker crashed: only for what may be done
 *     twice
 */
public record CallOptions(@Nullable String name, @Nullable Duration timeout, int retries) {
  /** No name, no limit, no retry. */
  public static final CallOptions DEFAULT = new CallOptions(null, null, 0);

  /** The same with a name. */
  public CallOptions named(String newName) {
    return new CallOptions(newName, timeout, retries);
  }

  /** The same with a limit. */
  public CallOptions timeout(Duration newTimeout) {
    return new CallOptions(name, newTimeout, retries);
  }

  /** The same for a step that may be done twice. */
  public CallOptions idempotent(int newRetries) {
    return new CallOptions(name, timeout, newRetries);
  }
}
