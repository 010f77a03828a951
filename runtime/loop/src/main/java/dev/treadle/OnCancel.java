package dev.treadle;

/** What {@link Treadle#onThread(OnCancel, Block)} does when its task is cancelled. */
public enum OnCancel {
  /**
   * Interrupts the body and waits until it has ended, so that nothing is left running. The default.
   */
  WAIT,

  /**
   * Lets the task go on at once and leaves the body to itself: trio's {@code abandon_on_cancel}.
   * For what no interrupt ends, such as a name look-up. What the body gives is dropped, its failure
   * goes to the {@link FailureHandler}; its thread counts for the limiter until it has ended, and
   * is interrupted when the loop ends. A virtual clock no longer waits for it.
   */
  ABANDON
}
