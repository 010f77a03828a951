package dev.treadle.offload.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Arrays of primitives as memory and back. */
final class Memory {
  private Memory() {}

  /** The array's own memory. */
  static MemorySegment of(int tag, Object array) {
    return switch (tag) {
      case Tags.BYTES -> MemorySegment.ofArray((byte[]) array);
      case Tags.SHORTS -> MemorySegment.ofArray((short[]) array);
      case Tags.CHARS -> MemorySegment.ofArray((char[]) array);
      case Tags.INTS -> MemorySegment.ofArray((int[]) array);
      case Tags.LONGS -> MemorySegment.ofArray((long[]) array);
      case Tags.FLOATS -> MemorySegment.ofArray((float[]) array);
      default -> MemorySegment.ofArray((double[]) array);
    };
  }

  /** A new array. */
  static Object array(int tag, int length) {
    return switch (tag) {
      case Tags.BYTES -> new byte[length];
      case Tags.SHORTS -> new short[length];
      case Tags.CHARS -> new char[length];
      case Tags.INTS -> new int[length];
      case Tags.LONGS -> new long[length];
      case Tags.FLOATS -> new float[length];
      default -> new double[length];
    };
  }

  /** A new array with that content, as long as it is. */
  static Object copy(int tag, MemorySegment from) {
    long length = from.byteSize() >> Tags.shift(tag);
    if (length > Integer.MAX_VALUE - 8 || length << Tags.shift(tag) != from.byteSize()) {
      throw new MalformedException(
          "reading an array: bytes=" + from.byteSize() + "; it was not written by this version");
    }
    return switch (tag) {
      case Tags.BYTES -> from.toArray(ValueLayout.JAVA_BYTE);
      case Tags.SHORTS -> from.toArray(ValueLayout.JAVA_SHORT);
      case Tags.CHARS -> from.toArray(ValueLayout.JAVA_CHAR);
      case Tags.INTS -> from.toArray(ValueLayout.JAVA_INT);
      case Tags.LONGS -> from.toArray(ValueLayout.JAVA_LONG);
      case Tags.FLOATS -> from.toArray(ValueLayout.JAVA_FLOAT);
      default -> from.toArray(ValueLayout.JAVA_DOUBLE);
    };
  }

  /** The array into the buffer; by views, which a starting worker has at hand. */
  static void put(int tag, Object array, ByteBuffer into) {
    switch (tag) {
      case Tags.BYTES -> into.put((byte[]) array);
      case Tags.SHORTS -> into.asShortBuffer().put((short[]) array);
      case Tags.CHARS -> into.asCharBuffer().put((char[]) array);
      case Tags.INTS -> into.asIntBuffer().put((int[]) array);
      case Tags.LONGS -> into.asLongBuffer().put((long[]) array);
      case Tags.FLOATS -> into.asFloatBuffer().put((float[]) array);
      default -> into.asDoubleBuffer().put((double[]) array);
    }
  }

  /** The buffer into the array. */
  static void get(int tag, Object array, ByteBuffer from) {
    switch (tag) {
      case Tags.BYTES -> from.get((byte[]) array);
      case Tags.SHORTS -> from.asShortBuffer().get((short[]) array);
      case Tags.CHARS -> from.asCharBuffer().get((char[]) array);
      case Tags.INTS -> from.asIntBuffer().get((int[]) array);
      case Tags.LONGS -> from.asLongBuffer().get((long[]) array);
      case Tags.FLOATS -> from.asFloatBuffer().get((float[]) array);
      default -> from.asDoubleBuffer().get((double[]) array);
    }
  }
}
