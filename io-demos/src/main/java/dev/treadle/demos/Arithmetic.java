package dev.treadle.demos;

import dev.treadle.offload.Job;
import java.util.ArrayList;
import java.util.List;

/**
 * What keeps a processor busy; steps for workers, who load this class and nothing of the demos
 * besides.
 */
final class Arithmetic {
  private Arithmetic() {}

  /** By trial division up to the square root. */
  static boolean isPrime(long number) {
    if (number < 2 || number % 2 == 0) {
      return number == 2;
    }
    for (long divisor = 3, root = root(number); divisor <= root; divisor += 2) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }

  /** A step that gives the factors. */
  static Job<List<Long>> factoring(long number) {
    return () -> factors(number);
  }

  /** The prime factors of a number of 2 or more, the smallest first. */
  static List<Long> factors(long number) {
    List<Long> factors = new ArrayList<>();
    long rest = number;
    for (long divisor = 2, root = root(rest); divisor <= root; divisor += divisor == 2 ? 1 : 2) {
      while (rest % divisor == 0) {
        factors.add(divisor);
        rest /= divisor;
        root = root(rest);
      }
    }
    if (rest > 1) {
      factors.add(rest);
    }
    return factors;
  }

  /** The largest whole number whose square is not larger; {@code Math.sqrt} alone may be off. */
  private static long root(long number) {
    long root = (long) Math.sqrt(number);
    while (root * root > number || root * root < 0) {
      root--;
    }
    return root;
  }
}
