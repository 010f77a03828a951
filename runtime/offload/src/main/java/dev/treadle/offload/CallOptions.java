package dev.treadle.offload;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one call is to be done.
 *
 * <pre>{@code
 * pool.submit(() -> render(page), CallOptions.DEFAULT.named("page 7").timeout(ofSeconds(5)));
 * }</pre>
 *
 * <p>Immutable. Any thread.
 *
 * @param name what errors and logs call it; null: the step's own
 * @param timeout how long the step may run, in real time, counted from its beginning and not from
 *     {@code submit}; then the call fails with {@link CallTimeoutException}; null: as long as it
 *     likes
 * @param retries how often it is begun again after its worker process has died: only for a step
 *     that may be done twice. Its own failures are never retried
 */
public record CallOptions(@Nullable String name, @Nullable Duration timeout, int retries) {
  /** No name, no limit, no retry. */
  public static final CallOptions DEFAULT = new CallOptions(null, null, 0);

  /**
   * With all of it.
   *
   * @throws IllegalArgumentException for a limit that is not positive, or a negative number of
   *     retries
   */
  public CallOptions {
    if (timeout != null && !timeout.isPositive()) {
      throw new IllegalArgumentException(
          "a call's time limit must be positive: timeout="
              + timeout
              + "; leave it out for a call that may take as long as it likes");
    }
    if (retries < 0) {
      throw new IllegalArgumentException(
          "a call cannot be retried a negative number of times: retries="
              + retries
              + "; give 0 for a step that must not be done twice");
    }
  }

  /** The same with a name. */
  public CallOptions named(String newName) {
    return new CallOptions(Objects.requireNonNull(newName, "name"), timeout, retries);
  }

  /**
   * The same with a limit.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public CallOptions timeout(Duration newTimeout) {
    return new CallOptions(name, Objects.requireNonNull(newTimeout, "timeout"), retries);
  }

  /**
   * The same for a step that may be done twice.
   *
   * @throws IllegalArgumentException if the number is negative
   */
  public CallOptions idempotent(int newRetries) {
    return new CallOptions(name, timeout, newRetries);
  }
}
