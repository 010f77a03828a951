package dev.treadle.offload;

import java.lang.reflect.Array;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Some arguments of a map that go together, where they are done. Boxed numbers travel as an array
 * of primitives: a million tiny calls is a matter of nanoseconds for each.
 */
final class Chunk {
  private Chunk() {}

  /**
   * A job that applies the function to the arguments.
   *
   * @param collect whether it goes on after a failure
   * @return gives the results, see {@link #pack}, with a {@link StepFailure} in the place of what
   *     failed, and how many nanoseconds it took; not collecting, that failure is the last result
   */
  static <A extends @Nullable Object, R extends @Nullable Object> Job<Object[]> job(
      JobFunction<A, R> function, Object arguments, boolean collect) {
    return () -> run(function, arguments, collect);
  }

  private static <A extends @Nullable Object, R extends @Nullable Object> Object[] run(
      JobFunction<A, R> function, Object arguments, boolean collect) throws Exception {
    @SuppressWarnings("unchecked") // Packed from what the function takes.
    JobFunction<@Nullable Object, R> step = (JobFunction<@Nullable Object, R>) function;
    int size = Array.getLength(arguments);
    @Nullable Object[] results = new @Nullable Object[size];
    Thread thread = Thread.currentThread();
    long began = System.nanoTime();
    int done = 0;
    boolean goesOn = true;
    while (goesOn && done < size) {
      try {
        results[done] = step.apply(get(arguments, done));
      } catch (InterruptedException | OutOfMemoryError endsAll) {
        throw endsAll;
      } catch (Throwable failure) {
        results[done] = new StepFailure(failure);
        goesOn = collect;
      }
      done++;
      if (thread.isInterrupted() && done < size) {
        // Cancelled, in a thread pool; a step that does not block would not notice.
        throw new InterruptedException();
      }
    }
    Long took = System.nanoTime() - began;
    return new Object[] {pack(results, done), took};
  }

  /**
   * The first so many values as an array: of primitives when all are of one of the commonest boxed
   * classes, else of objects.
   */
  static Object pack(@Nullable Object[] values, int count) {
    Object first = count == 0 ? null : values[0];
    if (first == null || !allOf(first.getClass(), values, count)) {
      return trimmed(values, count);
    }
    if (first instanceof Long) {
      long[] packed = new long[count];
      for (int i = 0; i < count; i++) {
        packed[i] = (Long) present(values[i]);
      }
      return packed;
    }
    if (first instanceof Integer) {
      int[] packed = new int[count];
      for (int i = 0; i < count; i++) {
        packed[i] = (Integer) present(values[i]);
      }
      return packed;
    }
    if (first instanceof Double) {
      double[] packed = new double[count];
      for (int i = 0; i < count; i++) {
        packed[i] = (Double) present(values[i]);
      }
      return packed;
    }
    if (first instanceof Boolean) {
      boolean[] packed = new boolean[count];
      for (int i = 0; i < count; i++) {
        packed[i] = (Boolean) present(values[i]);
      }
      return packed;
    }
    return trimmed(values, count);
  }

  /** One value of what {@link #pack} has given. */
  static @Nullable Object get(Object packed, int index) {
    return switch (packed) {
      case long[] longs -> longs[index];
      case int[] ints -> ints[index];
      case double[] doubles -> doubles[index];
      case boolean[] booleans -> booleans[index];
      default -> ((@Nullable Object[]) packed)[index];
    };
  }

  private static boolean allOf(Class<?> type, @Nullable Object[] values, int count) {
    for (int i = 0; i < count; i++) {
      Object value = values[i];
      if (value == null || value.getClass() != type) {
        return false;
      }
    }
    return true;
  }

  private static Object trimmed(@Nullable Object[] values, int count) {
    return count == values.length ? values : Arrays.copyOf(values, count);
  }

  private static Object present(@Nullable Object value) {
    if (value == null) {
      throw new AssertionError("a null among what was found to be all of one class");
    }
    return value;
  }
}
