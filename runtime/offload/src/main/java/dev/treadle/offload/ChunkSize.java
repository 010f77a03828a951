package dev.treadle.offload;

/**
 * How many arguments of a map go together. It begins with one, and grows or shrinks with what the
 * workers say they took, to some ten milliseconds: then the way there and back does not count, and
 * an uneven end or a cancellation costs little.
 */
final class ChunkSize {
  private static final long AIM_NANOS = 10_000_000;
  private static final int GROWTH = 8;

  /** As one call, it should stay small enough to travel through a socket. */
  private static final int MOST = 1 << 14;

  /** In flight for each worker: one it does, one it has next, one for a slow taker. */
  private static final int PER_WORKER = 3;

  private final int inFlight;
  private final int fixed;
  private final int workers;
  private int measured = 1;

  ChunkSize(MapOptions options, int workers) {
    this.inFlight = options.inFlight();
    this.fixed = options.chunk();
    this.workers = Math.max(1, workers);
  }

  boolean hasRoom(int chunks, long arguments) {
    return inFlight > 0 ? arguments < inFlight : chunks < workers * PER_WORKER;
  }

  /**
   * How many to read for the next one.
   *
   * @param pending how many arguments are in flight
   * @param left how many are to come; zero or less: not known
   */
  int next(long pending, long left) {
    int size = fixed > 0 ? fixed : measured;
    if (fixed == 0 && left > 0) {
      // At the end smaller ones, so that all workers are done at the same time.
      size = Math.clamp(left / (2L * workers), 1, size);
    }
    if (fixed == 0 && inFlight > 0) {
      size = Math.min(size, Math.max(1, inFlight / (2 * workers)));
    }
    return inFlight > 0 ? (int) Math.min(size, inFlight - pending) : size;
  }

  /** So many have taken so long. */
  void took(long nanos, int count) {
    if (count > 0) {
      long each = Math.max(1, nanos / count);
      measured = (int) Math.clamp(AIM_NANOS / each, 1, Math.min(MOST, (long) measured * GROWTH));
    }
  }
}
