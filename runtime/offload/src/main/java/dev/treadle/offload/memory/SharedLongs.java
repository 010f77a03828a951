package dev.treadle.offload.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Shared memory as an array of {@code long}, in the machine's byte order. What it offers between
 * processes is what {@link VarHandle} does between threads; {@link #get} and {@link #set} promise
 * nothing about what others see when.
 *
 * <p>Any thread. Each method throws {@link IndexOutOfBoundsException} for an index outside, and
 * {@link IllegalStateException} when the memory has been closed.
 */
public final class SharedLongs {
  private static final VarHandle VALUE = ValueLayout.JAVA_LONG.varHandle();
  private static final int SHIFT = 3;

  private final MemorySegment segment;
  private final long length;

  SharedLongs(MemorySegment segment) {
    this.segment = segment;
    this.length = segment.byteSize() >> SHIFT;
  }

  /** How many there are. */
  public long length() {
    return length;
  }

  /** The elements from one to, but without, another, counted from 0 again. */
  public SharedLongs slice(long from, long to) {
    Objects.checkFromToIndex(from, to, length);
    return new SharedLongs(segment.asSlice(from << SHIFT, to - from << SHIFT));
  }

  /** Reads one. */
  public long get(long index) {
    return (long) VALUE.get(segment, offset(index));
  }

  /** Writes one. */
  public void set(long index, long value) {
    VALUE.set(segment, offset(index), value);
  }

  /** Reads one, and with it all that was written before it was. */
  public long getVolatile(long index) {
    return (long) VALUE.getVolatile(segment, offset(index));
  }

  /** Writes one, after all that was written before. */
  public void setVolatile(long index, long value) {
    VALUE.setVolatile(segment, offset(index), value);
  }

  /** Reads one that others change, and nothing with it. */
  public long getOpaque(long index) {
    return (long) VALUE.getOpaque(segment, offset(index));
  }

  /** Writes one so that others see it sometime. */
  public void setOpaque(long index, long value) {
    VALUE.setOpaque(segment, offset(index), value);
  }

  /** Adds in one step, whoever else adds. Gives what it was before. */
  public long getAndAdd(long index, long delta) {
    return (long) VALUE.getAndAdd(segment, offset(index), delta);
  }

  /** The same, but gives what it is then. */
  public long addAndGet(long index, long delta) {
    return getAndAdd(index, delta) + delta;
  }

  /** Writes one if it is what is expected, in one step. */
  public boolean compareAndSet(long index, long expected, long value) {
    return VALUE.compareAndSet(segment, offset(index), expected, value);
  }

  /** Writes a whole array, beginning at the index. */
  public void copyFrom(long index, long[] values) {
    Objects.checkFromIndexSize(index, values.length, length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_LONG, index << SHIFT, values.length);
  }

  /**
   * A copy of all.
   *
   * @throws IllegalStateException if they are too many for an array
   */
  public long[] toArray() {
    return segment.asSlice(0, length << SHIFT).toArray(ValueLayout.JAVA_LONG);
  }

  private long offset(long index) {
    return Objects.checkIndex(index, length) << SHIFT;
  }
}
