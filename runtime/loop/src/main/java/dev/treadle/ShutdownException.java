package dev.treadle;

import java.io.Serial;

/**
 * How a {@link FailureHandler} learns that not all of a loop stopped within the grace. It has no
 * stack of its own: the stacks that matter are the report's, which its message shows.
 */
public final class ShutdownException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient ShutdownReport report;

  ShutdownException(ShutdownReport report) {
    super(report.toString(), null, true, false);
    this.report = report;
  }

  /** What did not stop, and where it was. */
  public ShutdownReport report() {
    return report;
  }
}
