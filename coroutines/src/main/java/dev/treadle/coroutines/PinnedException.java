package dev.treadle.coroutines;

import java.io.Serial;

/**
 * Thrown by a suspending call (a yield, an await) that cannot leave its thread: a native frame or,
 * under {@code -XX:LockingMode=1}, a held monitor is on the stack. Nothing was suspended; the
 * caller still runs and may recover.
 */
public final class PinnedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  private final String reason;
  private final String frame;

  /**
   * For the machinery and for tests.
   *
   * @param reason what pins: {@code NATIVE}, {@code MONITOR} or {@code CRITICAL_SECTION}
   * @param frame the frame that pins, as text
   * @param remedy what to do about it
   */
  public PinnedException(String reason, String frame, String remedy) {
    super("cannot suspend: pinned=" + reason + " frame=" + frame + "; " + remedy);
    this.reason = reason;
    this.frame = frame;
  }

  /** What pins: {@code NATIVE}, {@code MONITOR} or {@code CRITICAL_SECTION}. */
  public String reason() {
    return reason;
  }

  /** The frame that pins, as text, or {@code unknown}. */
  public String frame() {
    return frame;
  }
}
