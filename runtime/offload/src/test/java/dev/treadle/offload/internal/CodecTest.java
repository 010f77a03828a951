package dev.treadle.offload.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class CodecTest {
  record Point(int x, int[] ys, String name) implements Serializable {}

  static ByteBuffer payload(Encoded encoded) {
    return ByteBuffer.wrap(encoded.bytes(), Frames.HEADER, encoded.length()).slice();
  }

  static Object copy(Object value) {
    return Codec.decode(
        payload(Codec.encode(value, Segments.none())), Segments.none(), Codec.defaultFilter());
  }

  /** Equal, also where arrays lie in lists. */
  static void assertSame(Object copy, Object value) {
    if (value instanceof List<?> list && copy instanceof List<?> other) {
      assertSame(other.toArray(), list.toArray());
    } else if (value instanceof Object[] elements && copy instanceof Object[] others) {
      assertThat(others).hasSameSizeAs(elements);
      for (int i = 0; i < elements.length; i++) {
        assertSame(others[i], elements[i]);
      }
    } else {
      assertThat(copy).isEqualTo(value);
    }
  }

  @Test
  void shouldComeBackEqualWhenOfItsOwnForm() {
    for (Object value :
        new Object[] {
          true,
          false,
          (byte) -3,
          (short) -300,
          '\uffff',
          -70_000,
          1L << 60,
          -0.0f,
          Float.NaN,
          Double.MIN_VALUE,
          "",
          "latin \u00e9\u00ff",
          "wide \u20ac \ud83d\ude00",
          "\ud800 alone",
          BigInteger.ONE.shiftLeft(300).negate(),
          new BigDecimal("-12.5000"),
          List.of(),
          List.of(1),
          List.of(1, "b", List.of(2L)),
          Arrays.asList(1, null),
          Stream.of("a", null).toList(),
          new ArrayList<>(Arrays.asList(null, 'c'))
        }) {
      assertThat(copy(value)).isEqualTo(value).hasSameClassAs(value);
    }
    assertThat(copy(null)).isNull();
  }

  @Test
  void shouldComeBackEqualWhenAnArray() {
    for (Object value :
        new Object[] {
          new boolean[] {true, false},
          new byte[] {-1, 2},
          new short[] {-1, 2},
          new char[] {'a', '\uffff'},
          new int[] {-1, 2},
          new long[] {-1, 2},
          new float[] {-0f, 2},
          new double[] {-0.0, Double.NaN},
          new byte[0],
          new int[0][3],
          new int[][] {{1}, null, {}},
          new String[] {"a", null},
          new Object[] {1, new long[] {2}},
          new Point[] {null},
          new List<?>[] {List.of(1)}
        }) {
      assertSame(copy(value), value);
      assertThat(copy(value)).hasSameClassAs(value);
    }
  }

  @Test
  void shouldComeBackEqualWhenMadeAtRandom() {
    Random random = new Random(25);
    for (int i = 0; i < 500; i++) {
      Object value = random(random, 0);
      assertSame(copy(value), value);
    }
  }

  private static Object random(Random random, int depth) {
    int length = random.nextInt(6);
    return switch (random.nextInt(depth > 3 ? 9 : 15)) {
      case 0 -> null;
      case 1 -> random.nextInt() >> random.nextInt(32);
      case 2 -> random.nextLong() >> random.nextInt(64);
      case 3 -> Double.longBitsToDouble(random.nextLong());
      case 4 ->
          random
              .ints(length, 0, random.nextBoolean() ? 256 : 0x10000)
              .collect(StringBuilder::new, (s, c) -> s.append((char) c), StringBuilder::append)
              .toString();
      case 5 -> random.doubles(length * 50L).toArray();
      case 6 -> random.ints(length * 50L).toArray();
      case 7 -> new BigInteger(length * 40, random);
      case 8 -> Map.of("k", random.nextInt());
      case 9, 10 -> {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < length; i++) {
          list.add(random(random, depth + 1));
        }
        yield list;
      }
      case 11, 12 -> {
        Object[] array = new Object[length];
        Arrays.setAll(array, i -> random(random, depth + 1));
        yield array;
      }
      case 13 -> random.longs(length).boxed().toList();
      default -> new HashMap<>(Map.of(random.nextInt(), "v", "p", 7));
    };
  }

  @Test
  void shouldKeepWhatIsSharedWhenOfOneKind() {
    int[] array = {1};
    List<Object> list = new ArrayList<>();
    list.add(list);
    Object[] both = (Object[]) copy(new Object[] {array, array, list, list});
    assertThat(both[0]).isSameAs(both[1]);
    assertThat(both[2]).isSameAs(both[3]).isSameAs(((List<?>) both[2]).get(0));
    Map<String, Integer> map = new HashMap<>(Map.of("a", 1));
    Object[] others = (Object[]) copy(new Object[] {map, 5, map});
    assertThat(others[0]).isEqualTo(map).isSameAs(others[2]);
  }

  @Test
  void shouldKeepKindAndOrderWhenABuffer() {
    ByteBuffer direct = ByteBuffer.allocateDirect(10).order(ByteOrder.LITTLE_ENDIAN);
    direct.putInt(77).putInt(78).position(2).limit(8);
    ByteBuffer copy = (ByteBuffer) copy(direct);
    assertThat(copy).isEqualTo(direct);
    assertThat(copy.isDirect()).isTrue();
    assertThat(copy.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(direct.position()).isEqualTo(2);
    ByteBuffer heap = ByteBuffer.wrap(new byte[] {1, 2, 3}).asReadOnlyBuffer();
    assertThat((ByteBuffer) copy(heap)).isEqualTo(heap);
    assertThat(((ByteBuffer) copy(heap)).isReadOnly()).isTrue();
    assertThat(((ByteBuffer) copy(ByteBuffer.allocate(2))).hasArray()).isTrue();
  }

  @Test
  void shouldBeAlignedAndEqualWhenMemory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_LONG, 5, 6);
      MemorySegment copy = (MemorySegment) copy(memory);
      assertThat(copy.toArray(ValueLayout.JAVA_LONG)).containsExactly(5, 6);
      assertThat(copy.isReadOnly()).isFalse();
      assertThat(((MemorySegment) copy(memory.asReadOnly())).isReadOnly()).isTrue();
    }
  }

  @Test
  void shouldBeReadWhenFromANativeBuffer() {
    Encoded encoded =
        Codec.encode(new Object[] {1, new Point(1, new int[] {2}, "n")}, Segments.none());
    ByteBuffer direct = ByteBuffer.allocateDirect(encoded.length()).put(payload(encoded)).flip();
    Object[] copy = (Object[]) Codec.decode(direct, Segments.none(), Codec.defaultFilter());
    assertThat(((Point) copy[1]).ys()).containsExactly(2);
  }

  @Test
  void shouldRefuseWhenTheFilterDoes() {
    ByteBuffer payload = payload(Codec.encode(new Point(1, new int[0], ""), Segments.none()));
    ObjectInputFilter filter = ObjectInputFilter.Config.createFilter("!" + Point.class.getName());
    assertThatThrownBy(() -> Codec.decode(payload, Segments.none(), filter))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("ObjectInputFilter");
    assertThat(copy(new Point(1, new int[0], ""))).isInstanceOf(Point.class);
  }

  @Test
  void shouldRefuseALambdaWhenTheFilterDoes() {
    BlockingParent.Work<Integer> work = () -> 1;
    ByteBuffer payload = payload(Codec.encode(work, Segments.none()));
    ObjectInputFilter filter =
        ObjectInputFilter.Config.createFilter("!" + CodecTest.class.getName());
    assertThatThrownBy(() -> Codec.decode(payload.duplicate(), Segments.none(), filter))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("class=" + CodecTest.class.getName());
  }

  @Test
  void shouldRefuseWhenTheStreamSaysMoreThanItHolds() {
    // A stream whose array claims two thousand million elements.
    Encoded encoded =
        Codec.encode(new Object[] {new Point(1, new int[] {7, 8, 9}, "")}, Segments.none());
    ByteBuffer payload = payload(encoded);
    int found = 0;
    for (int i = 0; i + 8 <= payload.limit(); i++) {
      if (payload.getInt(i) == 3 && payload.getInt(i + 4) == 7) {
        payload.putInt(i, Integer.MAX_VALUE - 8);
        found++;
      }
    }
    assertThat(found).isEqualTo(1);
    assertThatThrownBy(() -> Codec.decode(payload, Segments.none(), Codec.defaultFilter()))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void shouldFailInOneWayWhenCutShortOrSpoilt() {
    Encoded encoded =
        Codec.encode(
            new Object[] {
              1,
              "text",
              new int[] {1, 2},
              List.of("a", 2L),
              new Point(3, new int[] {1}, "p"),
              new BigDecimal("1.5"),
              ByteBuffer.wrap(new byte[5])
            },
            Segments.none());
    for (int length = 0; length < encoded.length(); length++) {
      ByteBuffer cut = payload(encoded).limit(length);
      assertThatThrownBy(() -> Codec.decode(cut, Segments.none(), Codec.defaultFilter()))
          .as("cut at %d", length)
          .isInstanceOf(UnreadableException.class);
    }
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      byte[] spoilt =
          Arrays.copyOfRange(encoded.bytes(), Frames.HEADER, Frames.HEADER + encoded.length());
      spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt();
      try {
        Codec.decode(ByteBuffer.wrap(spoilt), Segments.none(), Codec.defaultFilter());
      } catch (UnreadableException expected) {
        assertThat(expected).hasMessageContaining(";");
      }
    }
  }

  @Test
  void shouldNameTheWayWhenAValueCannotBeSent() {
    assertThatThrownBy(() -> copy(new Object[] {1, Map.of("k", new Thread())}))
        .isInstanceOf(UnsendableException.class)
        .hasMessageContaining("class=java.lang.Thread at the value element 1 value of key k")
        .hasMessageContaining("; send only serializable values");
  }

  @Test
  void shouldRefuseWhenTooDeep() {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      List<Object> outer = new ArrayList<>();
      outer.add(list);
      list = outer;
    }
    List<Object> deep = list;
    assertThatThrownBy(() -> copy(deep))
        .isInstanceOf(UnsendableException.class)
        .hasMessageContaining("deeper than 400");
  }
}
