package dev.treadle.coroutines;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link Coroutine#next}, {@link Coroutine#send} and {@link Coroutine#throwInto} when the
 * body ends instead of yielding (PEP 342); carries what the body returned (PEP 380). It has no
 * stack trace: it is a signal, not a failure. A body that lets one escape fails (PEP 479); a body
 * ends by returning.
 */
public final class StopIteration extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient @Nullable Object value;

  /**
   * For the machinery and for tests.
   *
   * @param value what the body returned
   */
  public StopIteration(@Nullable Object value) {
    super(null, null, true, false);
    this.value = value;
  }

  /** What the body returned; null when it had already ended before this step. */
  public @Nullable Object value() {
    return value;
  }

  @Override
  public String getMessage() {
    return "the coroutine has ended: value=" + value + "; check isDone() before stepping it";
  }
}
