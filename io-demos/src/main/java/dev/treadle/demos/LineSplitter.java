package dev.treadle.demos;

import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts the chunks of a file into lines; into parts of lines where they are longer than a limit. */
final class LineSplitter {
  private static final byte[] NOTHING = new byte[0];

  private final int limit;
  private final WordCounter words;
  private byte[] chunk = NOTHING;
  private int at;
  private int end;

  /** What the chunks before left over: the beginning of a line. */
  private byte[] rest = NOTHING;

  /**
   * A splitter at the beginning of a file.
   *
   * @param limit the most bytes of a part, four or more
   */
  LineSplitter(int limit, Charset encoding) {
    this.limit = limit;
    this.words = new WordCounter(encoding);
  }

  /** Goes on with another chunk; the lines of the one before must have been taken. */
  void add(byte[] bytes) {
    chunk = bytes;
    at = 0;
    end = bytes.length;
  }

  /** The next line, or null when the chunk has none that is complete. */
  @Nullable Line next() {
    int most = Math.min(end, at + limit - rest.length);
    int newline = at;
    while (newline < most && chunk[newline] != '\n') {
      newline++;
    }
    if (newline < most) {
      return take(newline + 1, true);
    }
    if (most - at + rest.length == limit) {
      return take(most, false);
    }
    rest = joined(end);
    at = end;
    return null;
  }

  /** What the file ends with after its last line end, or null if that is nothing. */
  @Nullable Line last() {
    Line last = rest.length == 0 ? null : line(rest, 0, rest.length, false);
    rest = NOTHING;
    return last;
  }

  private Line take(int to, boolean ends) {
    boolean whole = rest.length == 0;
    byte[] bytes = whole ? chunk : joined(to);
    int from = whole ? at : 0;
    int until = whole ? to : bytes.length;
    int cut = ends ? until : Utf8.boundary(bytes, from, until);
    at = to;
    rest = Arrays.copyOfRange(bytes, cut, until);
    return line(bytes, from, cut, ends);
  }

  private Line line(byte[] bytes, int from, int to, boolean ends) {
    Line line = new Line(bytes, from, to, words.isInWord(), ends);
    if (ends) {
      words.moveTo(false);
    } else {
      words.count(bytes, from, to);
    }
    return line;
  }

  private byte[] joined(int to) {
    byte[] joined = Arrays.copyOf(rest, rest.length + to - at);
    System.arraycopy(chunk, at, joined, rest.length, to - at);
    return joined;
  }
}
