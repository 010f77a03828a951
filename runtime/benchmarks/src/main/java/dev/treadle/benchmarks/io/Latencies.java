package dev.treadle.benchmarks.io;

/**
 * Counts latencies so that any percentile can be told within one part in 128: as in HdrHistogram,
 * every power of two is cut into 128 equal parts. One thread.
 */
public final class Latencies {
  private static final int PART_BITS = 7;
  private static final int PARTS = 1 << PART_BITS;

  private final long[] counts = new long[(Long.SIZE - PART_BITS) * PARTS];
  private long total;

  /** Adds one latency of 0 ns or more. */
  public void add(long nanos) {
    counts[index(nanos)]++;
    total++;
  }

  /** How many there are. */
  public long count() {
    return total;
  }

  /**
   * The latency that the given share of all did not exceed, in nanoseconds; 0 when there are none.
   *
   * @param share 0.99 for the 99th percentile
   */
  public long percentile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * total));
    long seen = 0;
    for (int index = 0; index < counts.length; index++) {
      seen += counts[index];
      if (seen >= rank && total > 0) {
        return largest(index);
      }
    }
    return 0;
  }

  private static int index(long nanos) {
    int shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos | 1) - PART_BITS);
    return shift * PARTS + (int) (nanos >>> shift);
  }

  /** The largest latency that is counted there. */
  private static long largest(int index) {
    int shift = Math.max(0, index / PARTS - 1);
    return ((index - (long) shift * PARTS + 1) << shift) - 1;
  }
}
