package dev.treadle.offload.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Shared memory as an array of {@code double}, in the machine's byte order. What it offers between
 * processes is what {@link VarHandle} does between threads; {@link #get} and {@link #set} promise
 * nothing about what others see when.
 *
 * <p>Any thread. Each method throws {@link IndexOutOfBoundsException} for an index outside, and
 * {@link IllegalStateException} when the memory has been closed.
 */
public final class SharedDoubles {
  private static final VarHandle VALUE = ValueLayout.JAVA_DOUBLE.varHandle();
  private static final int SHIFT = 3;

  private final MemorySegment segment;
  private final long length;

  SharedDoubles(MemorySegment segment) {
    this.segment = segment;
    this.length = segment.byteSize() >> SHIFT;
  }

  /** How many there are. */
  public long length() {
    return length;
  }

  /** The elements from one to, but without, another, counted from 0 again. */
  public SharedDoubles slice(long from, long to) {
    Objects.checkFromToIndex(from, to, length);
    return new SharedDoubles(segment.asSlice(from << SHIFT, to - from << SHIFT));
  }

  /** Reads one. */
  public double get(long index) {
    return (double) VALUE.get(segment, offset(index));
  }

  /** Writes one. */
  public void set(long index, double value) {
    VALUE.set(segment, offset(index), value);
  }

  /** Reads one, and with it all that was written before it was. */
  public double getVolatile(long index) {
    return (double) VALUE.getVolatile(segment, offset(index));
  }

  /** Writes one, after all that was written before. */
  public void setVolatile(long index, double value) {
    VALUE.setVolatile(segment, offset(index), value);
  }

  /** Reads one that others change, and nothing with it. */
  public double getOpaque(long index) {
    return (double) VALUE.getOpaque(segment, offset(index));
  }

  /** Writes one so that others see it sometime. */
  public void setOpaque(long index, double value) {
    VALUE.setOpaque(segment, offset(index), value);
  }

  /** Adds in one step, whoever else adds: again, while another was faster. Gives the sum. */
  public double addAndGet(long index, double delta) {
    while (true) {
      double before = getVolatile(index);
      double sum = before + delta;
      if (compareAndSet(index, before, sum)) {
        return sum;
      }
    }
  }

  /** Writes one if it is what is expected, bit by bit, in one step. */
  public boolean compareAndSet(long index, double expected, double value) {
    return VALUE.compareAndSet(segment, offset(index), expected, value);
  }

  /** Writes a whole array, beginning at the index. */
  public void copyFrom(long index, double[] values) {
    Objects.checkFromIndexSize(index, values.length, length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_DOUBLE, index << SHIFT, values.length);
  }

  /**
   * A copy of all.
   *
   * @throws IllegalStateException if they are too many for an array
   */
  public double[] toArray() {
    return segment.asSlice(0, length << SHIFT).toArray(ValueLayout.JAVA_DOUBLE);
  }

  private long offset(long index) {
    return Objects.checkIndex(index, length) << SHIFT;
  }
}
