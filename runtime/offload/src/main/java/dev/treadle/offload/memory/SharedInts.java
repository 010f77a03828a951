package dev.treadle.offload.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Shared memory as an array of {@code int}, in the machine's byte order. What it offers between
 * processes is what {@link VarHandle} does between threads; {@link #get} and {@link #set} promise
 * nothing about what others see when.
 *
 * <p>Any thread. Each method throws {@link IndexOutOfBoundsException} for an index outside, and
 * {@link IllegalStateException} when the memory has been closed.
 */
public final class SharedInts {
  private static final VarHandle VALUE = ValueLayout.JAVA_INT.varHandle();
  private static final int SHIFT = 2;

  private final MemorySegment segment;
  private final long length;

  SharedInts(MemorySegment segment) {
    this.segment = segment;
    this.length = segment.byteSize() >> SHIFT;
  }

  /** How many there are. */
  public long length() {
    return length;
  }

  /** The elements from one to, but without, another, counted from 0 again. */
  public SharedInts slice(long from, long to) {
    Objects.checkFromToIndex(from, to, length);
    return new SharedInts(segment.asSlice(from << SHIFT, to - from << SHIFT));
  }

  /** Reads one. */
  public int get(long index) {
    return (int) VALUE.get(segment, offset(index));
  }

  /** Writes one. */
  public void set(long index, int value) {
    VALUE.set(segment, offset(index), value);
  }

  /** Reads one, and with it all that was written before it was. */
  public int getVolatile(long index) {
    return (int) VALUE.getVolatile(segment, offset(index));
  }

  /** Writes one, after all that was written before. */
  public void setVolatile(long index, int value) {
    VALUE.setVolatile(segment, offset(index), value);
  }

  /** Reads one that others change, and nothing with it. */
  public int getOpaque(long index) {
    return (int) VALUE.getOpaque(segment, offset(index));
  }

  /** Writes one so that others see it sometime. */
  public void setOpaque(long index, int value) {
    VALUE.setOpaque(segment, offset(index), value);
  }

  /** Adds in one step, whoever else adds. Gives what it was before. */
  public int getAndAdd(long index, int delta) {
    return (int) VALUE.getAndAdd(segment, offset(index), delta);
  }

  /** The same, but gives what it is then. */
  public int addAndGet(long index, int delta) {
    return getAndAdd(index, delta) + delta;
  }

  /** Writes one if it is what is expected, in one step. */
  public boolean compareAndSet(long index, int expected, int value) {
    return VALUE.compareAndSet(segment, offset(index), expected, value);
  }

  /** Writes a whole array, beginning at the index. */
  public void copyFrom(long index, int[] values) {
    Objects.checkFromIndexSize(index, values.length, length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, index << SHIFT, values.length);
  }

  /**
   * A copy of all.
   *
   * @throws IllegalStateException if they are too many for an array
   */
  public int[] toArray() {
    return segment.asSlice(0, length << SHIFT).toArray(ValueLayout.JAVA_INT);
  }

  private long offset(long index) {
    return Objects.checkIndex(index, length) << SHIFT;
  }
}
