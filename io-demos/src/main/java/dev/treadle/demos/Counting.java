package dev.treadle.demos;

import dev.treadle.offload.VoidJob;
import dev.treadle.offload.memory.SharedLongs;
import dev.treadle.offload.memory.SharedMemory;
import dev.treadle.offload.process.ProcessQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number that is counted up by ones.
 *
 * <p>Each step reads it and writes it, by opaque accesses: the JIT compiler leaves out, joins or
 * moves none of those, where it would make of a plain {@code value++} in a loop one addition. Two
 * threads that do so at once lose updates; nothing else is wrong with that.
 */
final class Counting {
  private static final VarHandle VALUE = handle();

  @SuppressWarnings("unused") // By its handle alone.
  private long value;

  private static VarHandle handle() {
    try {
      return MethodHandles.lookup().findVarHandle(Counting.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Adds one, so many times. Not for two threads at once, as far as the result matters. */
  void add(long count) {
    for (long n = 0; n < count; n++) {
      VALUE.setOpaque(this, (long) VALUE.getOpaque(this) + 1);
    }
  }

  /** What it has come to. */
  long value() {
    return (long) VALUE.getVolatile(this);
  }

  /** A step that counts from zero, and puts what it has come to into a queue. */
  static VoidJob puttingInto(ProcessQueue<Long> counts, long count) {
    return () -> {
      Counting own = new Counting();
      own.add(count);
      counts.put(own.value());
    };
  }

  /** A step that counts up the first number of shared memory, whoever else does. */
  static VoidJob addingTo(SharedMemory memory, long count) {
    return () -> {
      SharedLongs longs = memory.longs();
      for (long n = 0; n < count; n++) {
        longs.getAndAdd(0, 1);
      }
    };
  }
}
