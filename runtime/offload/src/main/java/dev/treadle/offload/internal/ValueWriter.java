package dev.treadle.offload.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes values: what is common in a form of our own, the rest by JDK serialization into one stream
 * at the payload's end, so that what is shared among the latter stays shared. Arrays and lists of
 * our own form keep their identity too; what is shared between both kinds arrives as two.
 */
final class ValueWriter {
  private static final List<Stored> NO_FILES = List.of();

  final ByteWriter out;
  private final Segments segments;
  private final boolean keepFiles;
  private final boolean lend;
  private final int start;
  private List<Stored> files = NO_FILES;
  private @Nullable OtherWriter others;
  private @Nullable Object firstSeen;
  private @Nullable IdentityHashMap<Object, Integer> seen;
  private int depth;

  /**
   * @param keepFiles whether the reader leaves the files where they are
   * @param lend whether it does so in any case with those that it copies out of: they are used
   *     again
   */
  ValueWriter(ByteWriter out, Segments segments, boolean keepFiles, boolean lend) {
    this.out = out;
    this.segments = segments;
    this.keepFiles = keepFiles;
    this.lend = lend;
    start = out.at;
    out.i4(0);
  }

  /** Ends the payload; to be called once. */
  void finish() {
    out.putInt(start, out.at - start - 4);
    if (others != null) {
      others.finish(out);
    }
  }

  List<Stored> files() {
    return files;
  }

  /** What was put into files goes again: the payload is given up. */
  void abandon() {
    segments.discard(files);
    files = NO_FILES;
  }

  void write(@Nullable Object value) throws IOException {
    if (value == null) {
      out.u1(Tags.NULL);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof String text) {
      out.u1(Tags.STRING);
      out.string(text);
    } else if (value instanceof Boolean truth) {
      out.u1(truth ? Tags.TRUE : Tags.FALSE);
    } else if (value instanceof Character character) {
      out.u1(Tags.CHAR);
      out.i2(character);
    } else {
      reference(value);
    }
  }

  private void number(Number value) throws IOException {
    if (value instanceof Integer number) {
      out.u1(Tags.INT);
      out.i4(number);
    } else if (value instanceof Long number) {
      out.u1(Tags.LONG);
      out.i8(number);
    } else if (value instanceof Double number) {
      out.u1(Tags.DOUBLE);
      out.i8(Double.doubleToRawLongBits(number));
    } else if (value instanceof Float number) {
      out.u1(Tags.FLOAT);
      out.i4(Float.floatToRawIntBits(number));
    } else if (value instanceof Byte number) {
      out.u1(Tags.BYTE);
      out.u1(number);
    } else if (value instanceof Short number) {
      out.u1(Tags.SHORT);
      out.i2(number);
    } else if (value.getClass() == BigInteger.class) {
      out.u1(Tags.BIG_INTEGER);
      bigInteger((BigInteger) value);
    } else if (value.getClass() == BigDecimal.class) {
      out.u1(Tags.BIG_DECIMAL);
      out.i4(((BigDecimal) value).scale());
      bigInteger(((BigDecimal) value).unscaledValue());
    } else {
      other(value);
    }
  }

  private void bigInteger(BigInteger value) {
    byte[] bytes = value.toByteArray();
    out.count(bytes.length);
    out.raw(bytes, 0, bytes.length);
  }

  private void reference(Object value) throws IOException {
    Class<?> type = value.getClass();
    if (type.isArray()) {
      if (!again(value)) {
        array(value, type.componentType());
      }
    } else if (type == ArrayList.class) {
      if (!again(value)) {
        elements(Tags.ARRAY_LIST, ((ArrayList<?>) value).toArray());
      }
    } else if (value instanceof List<?> list && isListOf(type)) {
      Object[] elements = list.toArray();
      if (hasNull(elements)) {
        other(value);
      } else {
        elements(Tags.LIST_OF, elements);
      }
    } else if (value instanceof ByteBuffer buffer) {
      if (!again(value)) {
        buffer(buffer);
      }
    } else if (value instanceof MemorySegment memory) {
      if (!again(value)) {
        memory(memory);
      }
    } else if (type.isHidden()) {
      SerializedLambda lambda = Lambdas.serialized(value);
      if (lambda == null) {
        other(value);
      } else {
        lambda(lambda);
      }
    } else {
      other(value);
    }
  }

  /** Those of {@code List.of}, {@code copyOf} and of a stream's {@code toList}. */
  private static boolean isListOf(Class<?> type) {
    return type.getName().startsWith("java.util.ImmutableCollections$List");
  }

  private static boolean hasNull(Object[] elements) {
    for (Object element : elements) {
      if (element == null) {
        return true;
      }
    }
    return false;
  }

  /** Whether it was written before in this payload; writes its number then. */
  private boolean again(Object value) {
    if (firstSeen == null) {
      firstSeen = value;
      return false;
    }
    Integer number;
    if (firstSeen == value) {
      number = 0;
    } else {
      if (seen == null) {
        seen = new IdentityHashMap<>();
      }
      number = seen.putIfAbsent(value, seen.size() + 1);
    }
    if (number == null) {
      return false;
    }
    out.u1(Tags.AGAIN);
    out.count(number);
    return true;
  }

  private void elements(int tag, @Nullable Object[] elements) throws IOException {
    out.u1(tag);
    out.count(elements.length);
    all(elements);
  }

  private void all(@Nullable Object[] elements) throws IOException {
    if (++depth > Tags.MAX_DEPTH) {
      throw new UnsendableException(
          "lists or arrays lie in each other deeper than " + Tags.MAX_DEPTH + "; flatten them");
    }
    for (Object element : elements) {
      write(element);
    }
    depth--;
  }

  private void array(Object array, Class<?> component) throws IOException {
    if (!component.isPrimitive()) {
      Object[] elements = (Object[]) array;
      out.u1(Tags.OBJECTS);
      out.nullable(component == Object.class ? null : component.getName());
      out.count(elements.length);
      all(elements);
      return;
    }
    int tag = Tags.ofArray(component);
    int length = Array.getLength(array);
    out.u1(tag);
    if (tag == Tags.BOOLEANS) {
      boolean[] booleans = (boolean[]) array;
      out.count(length);
      out.ensure(length);
      for (boolean each : booleans) {
        out.u1(each ? 1 : 0);
      }
      return;
    }
    long bytes = (long) length << Tags.shift(tag);
    if (bytes >= segments.threshold() && stored(Memory.of(tag, array), true)) {
      return;
    }
    out.u1(Segments.INLINE);
    out.count(length);
    out.ensure(bytes);
    ByteBuffer target = ByteBuffer.wrap(out.bytes, out.at, (int) bytes).slice();
    Memory.put(tag, array, target.order(ByteOrder.LITTLE_ENDIAN));
    out.at += (int) bytes;
  }

  private void buffer(ByteBuffer buffer) throws IOException {
    out.u1(Tags.BUFFER);
    out.u1(
        (buffer.isDirect() ? 1 : 0)
            | (buffer.order() == ByteOrder.LITTLE_ENDIAN ? 2 : 0)
            | (buffer.isReadOnly() ? 4 : 0));
    int length = buffer.remaining();
    if (length >= segments.threshold()
        && stored(MemorySegment.ofBuffer(buffer), !buffer.isDirect())) {
      return;
    }
    out.u1(Segments.INLINE);
    out.count(length);
    out.ensure(length);
    buffer.get(buffer.position(), out.bytes, out.at, length);
    out.at += length;
  }

  private void memory(MemorySegment memory) throws IOException {
    out.u1(Tags.MEMORY);
    out.u1(memory.isReadOnly() ? 4 : 0);
    if (memory.byteSize() >= segments.threshold() && stored(memory, false)) {
      return;
    }
    out.u1(Segments.INLINE);
    out.i8(memory.byteSize());
    out.ensure(memory.byteSize());
    int length = (int) memory.byteSize();
    MemorySegment.ofArray(out.bytes).asSlice(out.at, length).copyFrom(memory);
    out.at += length;
  }

  /** False when no directory has room: the value then goes inline. */
  private boolean stored(MemorySegment memory, boolean copied) {
    Stored stored = segments.store(memory, copied && lend);
    if (stored == null) {
      return false;
    }
    if (files.isEmpty()) {
      files = new ArrayList<>();
    }
    files.add(stored);
    boolean lent = stored.lent() != null;
    out.u1(lent ? Segments.LENT : keepFiles ? Segments.KEPT : Segments.FILE);
    out.u1(stored.directory());
    out.string(stored.name());
    out.i8(memory.byteSize());
    if (lent) {
      // The same file with another content is not to be the same payload.
      out.i8(stored.use());
    }
    return true;
  }

  private void lambda(SerializedLambda lambda) throws IOException {
    out.u1(Tags.LAMBDA);
    Lambdas.write(lambda, out);
    int count = lambda.getCapturedArgCount();
    out.count(count);
    for (int i = 0; i < count; i++) {
      write(lambda.getCapturedArg(i));
    }
  }

  private void other(Object value) throws IOException {
    out.u1(Tags.OTHER);
    if (others == null) {
      others = new OtherWriter(this);
    }
    others.writeObject(value);
  }

  /** For a large value inside of one that JDK serialization writes: a payload of its own. */
  @Nullable Sent large(Object value) throws IOException {
    boolean large =
        value instanceof ByteBuffer
            || value instanceof MemorySegment
            || value.getClass().isArray()
                && value.getClass().componentType().isPrimitive()
                && !(value instanceof boolean[])
                && (long) Array.getLength(value)
                        << Tags.shift(Tags.ofArray(value.getClass().componentType()))
                    >= segments.threshold();
    if (!large) {
      return null;
    }
    ByteWriter own = new ByteWriter(64);
    ValueWriter writer = new ValueWriter(own, segments, keepFiles, lend);
    writer.write(value);
    writer.finish();
    if (!writer.files.isEmpty()) {
      if (files.isEmpty()) {
        files = new ArrayList<>();
      }
      files.addAll(writer.files);
    }
    return new Sent(java.util.Arrays.copyOfRange(own.bytes, Frames.HEADER, own.at));
  }
}
