package dev.treadle.testing;

import java.io.Serial;

/**
 * Thrown at a call that would have blocked a loop's thread; its message is {@link
 * Violation#report()}. An {@code Error}, so that {@code catch (Exception)} lets it pass; what
 * swallows it all the same does not hide it, for it is recorded too.
 */
public final class BlockingCallError extends Error {
  @Serial private static final long serialVersionUID = 1;

  private final transient Violation violation;

  BlockingCallError(Violation violation) {
    super(violation.report());
    this.violation = violation;
  }

  /** What was called, by whom, and what to do. */
  public Violation violation() {
    return violation;
  }
}
