package dev.treadle.benchmarks.offload;

import dev.treadle.offload.Job;
import dev.treadle.offload.VoidJob;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * What workers are given to do; {@code pools.py} has the same in Python. They load this class and
 * nothing of the program that measures.
 */
final class Jobs {
  /** Five primes and one that is none. */
  private static final long[] NUMBERS = {
    112272535095293L,
    112582705942171L,
    112272535095293L,
    115280095190773L,
    115797848077099L,
    1099726899285419L
  };

  private Jobs() {}

  /** The numbers, so many times over. */
  static List<Long> numbers(int times) {
    List<Long> numbers = new ArrayList<>();
    for (int n = 0; n < times; n++) {
      for (long number : NUMBERS) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  static Job<Long> endsOf(byte[] data) {
    return () -> ends(data);
  }

  static Job<Long> endsOf(MemorySegment data) {
    return () ->
        data.byteSize()
            + data.get(ValueLayout.JAVA_BYTE, 0)
            + data.get(ValueLayout.JAVA_BYTE, data.byteSize() - 1);
  }

  static VoidJob spinning(long nanos) {
    return () -> spin(nanos);
  }

  static void nothing() {}

  static long twice(long number) {
    return 2 * number;
  }

  private static long ends(byte[] data) {
    return data.length + data[0] + data[data.length - 1];
  }

  static boolean isPrime(long number) {
    if (number < 2 || number % 2 == 0) {
      return number == 2;
    }
    long root = (long) Math.sqrt(number);
    for (long divisor = 3; divisor <= root; divisor += 2) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
