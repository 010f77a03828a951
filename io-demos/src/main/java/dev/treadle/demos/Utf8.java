package dev.treadle.demos;

/** The characters of UTF-8 (RFC 3629) in a byte array, without an object for each. */
final class Utf8 {
  private Utf8() {}

  /** The character of two to four bytes that begins there and ends before {@code to}, or -1. */
  static int decode(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xff;
    int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || at + length > to) {
      return -1;
    }
    int character = lead & (0x7f >> length);
    for (int next = at + 1; next < at + length; next++) {
      if (!isContinuation(bytes[next])) {
        return -1;
      }
      character = character << 6 | (bytes[next] & 0x3f);
    }
    boolean surrogate = character >= 0xd800 && character < 0xe000;
    boolean shortest = length(character) == length;
    return shortest && !surrogate && character <= Character.MAX_CODE_POINT ? character : -1;
  }

  /** How many bytes a character has. */
  static int length(int character) {
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  }

  /** The last place up to {@code to}, by at most three bytes, that may not be in a character. */
  static int boundary(byte[] bytes, int from, int to) {
    int at = to - 1;
    while (at > from && to - at < 4 && isContinuation(bytes[at])) {
      at--;
    }
    // A lead byte that far from the end: it, and what follows, may be half a character.
    return at > from && (bytes[at] & 0xc0) == 0xc0 ? at : to;
  }

  private static boolean isContinuation(byte value) {
    return (value & 0xc0) == 0x80;
  }
}
