package dev.treadle;

/** A task's wait for its next turn: it is in the ready queue already. */
final class YieldNow implements Wait {
  static final YieldNow INSTANCE = new YieldNow();

  private YieldNow() {}

  @Override
  public boolean abandon() {
    // It comes round by itself; Treadle.yieldNow() looks for a cancellation then.
    return false;
  }

  @Override
  public String describe() {
    return "its next turn";
  }
}
