package dev.treadle.offload.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteWriter} wrote; nothing in it is believed before it was checked. */
final class ByteReader {
  final ByteBuffer in;

  ByteReader(ByteBuffer in) {
    this.in = in;
  }

  int remaining() {
    return in.remaining();
  }

  /** That many bytes are there, or the frame is refused. */
  void need(long bytes, String what) {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new MalformedException(
          "reading a payload: "
              + what
              + " needs bytes="
              + bytes
              + " remaining="
              + in.remaining()
              + "; it is cut short or was written by another version");
    }
  }

  int u1() {
    need(1, "a byte");
    return in.get() & 0xff;
  }

  int i4() {
    need(4, "an int");
    return in.getInt();
  }

  long i8() {
    need(8, "a long");
    return in.getLong();
  }

  short i2() {
    need(2, "a short");
    return in.getShort();
  }

  int count() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = u1();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) {
        if (value < 0) {
          break;
        }
        return value;
      }
    }
    throw new MalformedException(
        "reading a payload: a count has no end; it was not written by this version");
  }

  byte[] raw(int length) {
    need(length, "bytes");
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  String string() {
    String text = nullable();
    if (text == null) {
      throw new MalformedException(
          "reading a payload: null in place of a string; it was not written by this version");
    }
    return text;
  }

  @Nullable String nullable() {
    int kind = u1();
    if (kind == 0) {
      return null;
    }
    int length = count();
    if (kind == 1) {
      return new String(raw(length), StandardCharsets.ISO_8859_1);
    }
    if (kind != 2) {
      throw new MalformedException(
          "reading a payload: kind of string=" + kind + "; it was not written by this version");
    }
    need(2L * length, "a string");
    char[] chars = new char[length];
    for (int i = 0; i < length; i++) {
      chars[i] = in.getChar();
    }
    return new String(chars);
  }
}
