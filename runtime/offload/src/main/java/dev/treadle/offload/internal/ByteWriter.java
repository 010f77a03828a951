package dev.treadle.offload.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A payload in the making, after room for its frame's header. Plain shifts: a worker starts with
 * this.
 */
final class ByteWriter {
  byte[] bytes;
  int at = Frames.HEADER;

  ByteWriter(int expected) {
    bytes = new byte[Frames.HEADER + expected];
  }

  /** Room for that many more. */
  void ensure(long more) {
    long needed = at + more;
    if (needed > Frames.MAX_LENGTH) {
      throw new UnsendableException(
          "encoding a value: bytes="
              + needed
              + "; a frame holds up to "
              + Frames.MAX_LENGTH
              + ", send large data as arrays or memory segments");
    }
    if (needed > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.max(needed, Math.min(2L * bytes.length, Frames.MAX_LENGTH)));
    }
  }

  void u1(int value) {
    ensure(1);
    bytes[at++] = (byte) value;
  }

  void i2(int value) {
    ensure(2);
    bytes[at++] = (byte) (value >> 8);
    bytes[at++] = (byte) value;
  }

  void i4(int value) {
    ensure(4);
    putInt(at, value);
    at += 4;
  }

  void putInt(int index, int value) {
    bytes[index] = (byte) (value >> 24);
    bytes[index + 1] = (byte) (value >> 16);
    bytes[index + 2] = (byte) (value >> 8);
    bytes[index + 3] = (byte) value;
  }

  void i8(long value) {
    i4((int) (value >> 32));
    i4((int) value);
  }

  /** Seven bits a byte, for what is mostly small and never negative. */
  void count(int value) {
    int rest = value;
    while (rest > 0x7f) {
      u1(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    u1(rest);
  }

  void raw(byte[] from, int offset, int length) {
    ensure(length);
    System.arraycopy(from, offset, bytes, at, length);
    at += length;
  }

  /** Latin-1 where that is possible, else UTF-16: lone surrogates arrive as they are. */
  void string(String text) {
    int length = text.length();
    boolean latin = true;
    for (int i = 0; i < length && latin; i++) {
      latin = text.charAt(i) < 256;
    }
    u1(latin ? 1 : 2);
    count(length);
    if (latin) {
      raw(text.getBytes(StandardCharsets.ISO_8859_1), 0, length);
      return;
    }
    ensure(2L * length);
    for (int i = 0; i < length; i++) {
      i2(text.charAt(i));
    }
  }

  void nullable(@Nullable String text) {
    if (text == null) {
      u1(0);
    } else {
      string(text);
    }
  }

  Encoded encoded(List<Stored> files) {
    return new Encoded(bytes, at - Frames.HEADER, files);
  }
}
