package dev.treadle.io;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Looks for a separator in bytes that come in chunks, at each byte once (Knuth, Morris, Pratt).
 * Used again for the next search.
 */
final class SeparatorSearch {
  private static final byte CARRIAGE_RETURN = '\r';
  private static final byte[] LINE_FEED = {'\n'};

  private byte[] separator = LINE_FEED;

  /** After that many matching bytes and one that does not, so many of them match all the same. */
  private int[] fallback = {0};

  private boolean line;
  private int limit;
  private long seen;
  private int matched;
  private byte last;
  private int content;
  private int end;
  private boolean over;

  /** For the end of a line, which is no part of it: a line feed, maybe after a carriage return. */
  void startLine(int most) {
    start(LINE_FEED, most);
    line = true;
  }

  void start(byte[] wanted, int most) {
    if (!Arrays.equals(separator, wanted)) {
      separator = wanted.clone();
      fallback = fallback(separator);
    }
    line = false;
    limit = most;
    seen = 0;
    matched = 0;
    last = 0;
    end = -1;
    over = false;
  }

  private static int[] fallback(byte[] separator) {
    int[] table = new int[separator.length];
    int length = 0;
    for (int i = 1; i < separator.length; i++) {
      while (length > 0 && separator[i] != separator[length]) {
        length = table[length - 1];
      }
      length += separator[i] == separator[length] ? 1 : 0;
      table[i] = length;
    }
    return table;
  }

  /**
   * Looks at the readable bytes, which follow on those it has seen.
   *
   * @return whether the search has ended
   */
  boolean look(ByteBuf chunk) {
    if (isDone()) {
      return true;
    }
    int from = chunk.readerIndex();
    int to = chunk.writerIndex();
    if (from == to) {
      return false;
    }
    if (separator.length == 1) {
      lookForByte(chunk, from, to);
    } else {
      lookForAll(chunk, from, to);
    }
    if (end < 0) {
      seen += to - from;
      last = chunk.getByte(to - 1);
      // What may turn out to be part of the separator does not count.
      int maybe = line ? (last == CARRIAGE_RETURN ? 1 : 0) : matched;
      over = seen - maybe > limit;
    }
    return isDone();
  }

  private void lookForByte(ByteBuf chunk, int from, int to) {
    int at = chunk.indexOf(from, to, separator[0]);
    if (at >= 0) {
      byte before = at == from ? last : chunk.getByte(at - 1);
      found(seen + (at - from), line && before == CARRIAGE_RETURN ? 1 : 0);
    }
  }

  private void lookForAll(ByteBuf chunk, int from, int to) {
    int at = from;
    while (at < to) {
      if (matched == 0) {
        int next = chunk.indexOf(at, to, separator[0]);
        if (next < 0) {
          return;
        }
        matched = 1;
        at = next + 1;
        continue;
      }
      byte next = chunk.getByte(at++);
      while (matched > 0 && next != separator[matched]) {
        matched = fallback[matched - 1];
      }
      matched += next == separator[matched] ? 1 : 0;
      if (matched == separator.length) {
        found(seen + (at - from) - separator.length, 0);
        return;
      }
    }
  }

  private void found(long before, int ofLineEnd) {
    long bytes = before - ofLineEnd;
    if (bytes > limit || before + separator.length > Integer.MAX_VALUE - 8) {
      over = true;
    } else {
      content = (int) bytes;
      end = (int) before + separator.length;
    }
  }

  /** Whether it has found the separator, or seen more than the limit without. */
  boolean isDone() {
    return end >= 0 || over;
  }

  boolean isOver() {
    return over;
  }

  boolean isFound() {
    return end >= 0;
  }

  int limit() {
    return limit;
  }

  /** How many bytes come before the separator, or the end of the line. */
  int content() {
    return content;
  }

  /** How many bytes there are up to the end of the separator. */
  int end() {
    return end;
  }
}
