package dev.treadle.offload.internal;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ValueWriter} wrote, from the buffer's position to its limit. */
final class ValueReader {
  final Segments segments;
  final ObjectInputFilter filter;
  private final ByteReader in;
  private final ByteBuffer rest;
  private final ArrayList<Object> seen = new ArrayList<>(4);
  private @Nullable OtherReader others;
  private int depth;

  ValueReader(ByteBuffer payload, Segments segments, ObjectInputFilter filter) {
    this.segments = segments;
    this.filter = filter;
    ByteReader header = new ByteReader(payload);
    int length = header.i4();
    header.need(length, "the values");
    in = new ByteReader(payload.slice(payload.position(), length));
    rest = payload.slice(payload.position() + length, payload.remaining() - length);
  }

  ByteReader raw() {
    return in;
  }

  /** Nothing may be left over. */
  void finish() {
    if (in.remaining() != 0) {
      throw new MalformedException(
          "reading a payload: left over bytes="
              + in.remaining()
              + "; it was not written by this version");
    }
  }

  @Nullable Object read() throws IOException, ClassNotFoundException {
    int tag = in.u1();
    return switch (tag) {
      case Tags.NULL -> null;
      case Tags.TRUE -> Boolean.TRUE;
      case Tags.FALSE -> Boolean.FALSE;
      case Tags.BYTE -> (byte) in.u1();
      case Tags.SHORT -> in.i2();
      case Tags.CHAR -> (char) in.i2();
      case Tags.INT -> in.i4();
      case Tags.LONG -> in.i8();
      case Tags.FLOAT -> Float.intBitsToFloat(in.i4());
      case Tags.DOUBLE -> Double.longBitsToDouble(in.i8());
      case Tags.STRING -> in.string();
      case Tags.BIG_INTEGER -> bigInteger();
      case Tags.BIG_DECIMAL -> decimal();
      case Tags.AGAIN -> again();
      case Tags.ARRAY_LIST -> arrayList();
      case Tags.LIST_OF -> listOf();
      case Tags.OBJECTS -> objects();
      case Tags.BOOLEANS -> booleans();
      case Tags.BYTES, Tags.SHORTS, Tags.CHARS, Tags.INTS, Tags.LONGS, Tags.FLOATS, Tags.DOUBLES ->
          array(tag);
      case Tags.BUFFER -> buffer();
      case Tags.MEMORY -> memory();
      case Tags.LAMBDA -> Lambdas.read(this);
      case Tags.OTHER -> other();
      default ->
          throw new MalformedException(
              "reading a payload: tag=" + tag + "; it was not written by this version");
    };
  }

  private BigInteger bigInteger() {
    byte[] bytes = in.raw(in.count());
    if (bytes.length == 0) {
      throw new MalformedException(
          "reading a payload: a number without digits; it was not written by this version");
    }
    return new BigInteger(bytes);
  }

  private BigDecimal decimal() {
    int scale = in.i4();
    return new BigDecimal(bigInteger(), scale);
  }

  private Object again() {
    int number = in.count();
    if (number >= seen.size()) {
      throw new MalformedException(
          "reading a payload: again="
              + number
              + " of "
              + seen.size()
              + "; it was not written by this version");
    }
    return seen.get(number);
  }

  /**
   * Each element takes a byte at least: a length that cannot be is refused before memory is had.
   */
  private int length(int bits) {
    int length = in.count();
    in.need((long) length << bits, "an array");
    return length;
  }

  private void into(@Nullable Object[] elements) throws IOException, ClassNotFoundException {
    if (++depth > Tags.MAX_DEPTH) {
      throw new MalformedException(
          "reading a payload: depth=" + depth + "; it was not written by this version");
    }
    for (int i = 0; i < elements.length; i++) {
      elements[i] = read();
    }
    depth--;
  }

  private Object arrayList() throws IOException, ClassNotFoundException {
    int length = length(0);
    ArrayList<@Nullable Object> list = new ArrayList<>(length);
    // Before its elements: it may hold itself.
    seen.add(list);
    @Nullable Object[] elements = new Object[length];
    into(elements);
    for (Object element : elements) {
      list.add(element);
    }
    return list;
  }

  private Object listOf() throws IOException, ClassNotFoundException {
    Object[] elements = new Object[length(0)];
    into(elements);
    return List.of(elements);
  }

  private Object objects() throws IOException, ClassNotFoundException {
    String component = in.nullable();
    int length = length(0);
    Object[] elements =
        component == null
            ? new Object[length]
            : (Object[]) Array.newInstance(Types.load(component), length);
    seen.add(elements);
    into(elements);
    return elements;
  }

  private Object booleans() {
    boolean[] booleans = new boolean[length(0)];
    seen.add(booleans);
    for (int i = 0; i < booleans.length; i++) {
      booleans[i] = in.u1() != 0;
    }
    return booleans;
  }

  private Object array(int tag) throws IOException {
    int place = in.u1();
    int shift = Tags.shift(tag);
    Object array;
    if (place == Segments.INLINE) {
      int length = length(shift);
      array = Memory.array(tag, length);
      int bytes = length << shift;
      Memory.get(tag, array, in.in.slice(in.in.position(), bytes).order(ByteOrder.LITTLE_ENDIAN));
      in.in.position(in.in.position() + bytes);
    } else {
      array = copied(place, tag);
    }
    seen.add(array);
    return array;
  }

  private Object copied(int place, int tag) throws IOException {
    if (place == Segments.LENT) {
      int directory = in.u1();
      String name = in.string();
      long size = in.i8();
      in.i8();
      return segments.copyLent(directory, name, size, tag);
    }
    try (Arena arena = Arena.ofConfined()) {
      return Memory.copy(tag, stored(place, arena));
    }
  }

  private MemorySegment stored(int place, Arena arena) throws IOException {
    if (place != Segments.FILE && place != Segments.KEPT) {
      throw new MalformedException(
          "reading a payload: place=" + place + "; it was not written by this version");
    }
    int directory = in.u1();
    String name = in.string();
    return segments.load(directory, name, in.i8(), place == Segments.KEPT, arena);
  }

  private Object buffer() throws IOException {
    int flags = in.u1();
    int place = in.u1();
    ByteBuffer buffer;
    if (place == Segments.INLINE) {
      byte[] bytes = in.raw(length(0));
      buffer = ByteBuffer.wrap(bytes);
      if ((flags & 1) != 0) {
        buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      }
    } else if ((flags & 1) != 0) {
      buffer = stored(place, Arena.ofAuto()).asByteBuffer();
    } else {
      buffer = ByteBuffer.wrap((byte[]) copied(place, Tags.BYTES));
    }
    if ((flags & 4) != 0) {
      buffer = buffer.asReadOnlyBuffer();
    }
    buffer.order((flags & 2) != 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    seen.add(buffer);
    return buffer;
  }

  private Object memory() throws IOException {
    int flags = in.u1();
    int place = in.u1();
    MemorySegment memory;
    if (place == Segments.INLINE) {
      long length = in.i8();
      in.need(length, "memory");
      memory = Arena.ofAuto().allocate(length, 16);
      memory.asByteBuffer().put(in.in.slice(in.in.position(), (int) length));
      in.in.position(in.in.position() + (int) length);
    } else {
      memory = stored(place, Arena.ofAuto());
    }
    if ((flags & 4) != 0) {
      memory = memory.asReadOnly();
    }
    seen.add(memory);
    return memory;
  }

  private @Nullable Object other() throws IOException, ClassNotFoundException {
    if (others == null) {
      others = new OtherReader(rest, this);
    }
    return others.readObject();
  }
}
