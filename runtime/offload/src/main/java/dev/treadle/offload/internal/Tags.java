package dev.treadle.offload.internal;

/** What a value begins with. */
final class Tags {
  static final int NULL = 0;
  static final int TRUE = 1;
  static final int FALSE = 2;
  static final int BYTE = 3;
  static final int SHORT = 4;
  static final int CHAR = 5;
  static final int INT = 6;
  static final int LONG = 7;
  static final int FLOAT = 8;
  static final int DOUBLE = 9;
  static final int STRING = 10;
  static final int BIG_INTEGER = 11;
  static final int BIG_DECIMAL = 12;

  /** A mutable thing that was already written in this payload, by its number. */
  static final int AGAIN = 13;

  static final int ARRAY_LIST = 14;
  static final int LIST_OF = 15;

  /** An array of references: its component's class, its elements. */
  static final int OBJECTS = 16;

  static final int BOOLEANS = 17;
  static final int BYTES = 18;
  static final int SHORTS = 19;
  static final int CHARS = 20;
  static final int INTS = 21;
  static final int LONGS = 22;
  static final int FLOATS = 23;
  static final int DOUBLES = 24;
  static final int BUFFER = 25;
  static final int MEMORY = 26;

  /** A serializable lambda as a value: the arguments of its SerializedLambda. */
  static final int LAMBDA = 27;

  /** The next object of the stream at the payload's end, which JDK serialization wrote. */
  static final int OTHER = 28;

  /** How deep lists and arrays may lie in each other. */
  static final int MAX_DEPTH = 400;

  private Tags() {}

  /** The tag of an array of that primitive type. */
  static int ofArray(Class<?> component) {
    if (component == byte.class) {
      return BYTES;
    } else if (component == double.class) {
      return DOUBLES;
    } else if (component == int.class) {
      return INTS;
    } else if (component == long.class) {
      return LONGS;
    } else if (component == float.class) {
      return FLOATS;
    } else if (component == char.class) {
      return CHARS;
    } else if (component == short.class) {
      return SHORTS;
    }
    return BOOLEANS;
  }

  /** How many bits to shift a length left by for its bytes. */
  static int shift(int tag) {
    return switch (tag) {
      case SHORTS, CHARS -> 1;
      case INTS, FLOATS -> 2;
      case LONGS, DOUBLES -> 3;
      default -> 0;
    };
  }
}
