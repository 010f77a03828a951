package dev.treadle.offload;

/**
 * How many calls a worker is sent ahead, so that it need not wait for the pool between two: as many
 * as it does in a millisecond, by what its last ones took; none when they take longer, since what
 * waits for one worker could be done by another.
 */
final class Pace {
  /** What lies ahead of a worker takes about that long. */
  static final long SHORT_NANOS = 1_000_000;

  private static final long UNKNOWN = -1;

  private long average = UNKNOWN;
  private int ahead = 1;

  void took(long nanos) {
    average = average == UNKNOWN ? nanos : average + (nanos - average) / 4;
    ahead = Math.clamp(SHORT_NANOS / Math.max(1, average), 1, InFlight.MOST);
  }

  /** One has taken long, and is not over. */
  void slow() {
    took(8 * SHORT_NANOS);
  }

  /** How many it may have, the one that it is at included. */
  int ahead(long headNanos) {
    return headNanos > SHORT_NANOS ? 1 : ahead;
  }
}
