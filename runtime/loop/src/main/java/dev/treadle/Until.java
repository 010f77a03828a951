package dev.treadle;

/** What {@link Treadle#awaitUntil} waits for: the {@code return_when} of {@code asyncio.wait}. */
public enum Until {
  /** One is done, however it ended. */
  FIRST_COMPLETED,
  /** One has failed, or all are done. One that was cancelled has not failed. */
  FIRST_FAILURE,
  /** All are done. */
  ALL_COMPLETED;

  boolean isMetBy(Awaitable<?> done) {
    Outcome<?> outcome = done.outcome();
    return switch (this) {
      case FIRST_COMPLETED -> true;
      // Not failure(): to be looked at here is not to be observed.
      case FIRST_FAILURE -> outcome != null && outcome.failure() != null;
      case ALL_COMPLETED -> false;
    };
  }
}
