package dev.treadle.benchmarks.io;

import java.util.Arrays;
import java.util.Collection;

/**
 * One number of one contender, measured in several rounds.
 *
 * @param median the middle one; the mean of the two in the middle where there is none
 * @param least the smallest
 * @param most the largest
 */
public record Series(double median, double least, double most) {
  /** Of so many rounds. */
  static Series of(Collection<Double> rounds) {
    if (rounds.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured: rounds=0; leave the row out");
    }
    double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Series(median, sorted[0], sorted[sorted.length - 1]);
  }
}
