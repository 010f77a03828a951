package dev.treadle.demos;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Counts words as GNU {@code wc} does: a word is printable characters between white space. What is
 * neither, such as a control character or a byte that is not valid in the encoding, is passed over:
 * it neither makes a word nor ends one. (Since coreutils 9.5 {@code wc} takes it for printable;
 * texts are counted alike.)
 *
 * <p>Goes on from piece to piece of one text, as long as no piece ends inside a character.
 */
final class WordCounter {
  private static final byte PASSED_OVER = 0;
  private static final byte SPACE = 1;
  private static final byte PRINTABLE = 2;
  private static final byte MANY_BYTES = 3;

  private static final byte[] ASCII = kinds(PASSED_OVER);
  private static final byte[] UTF_8 = kinds(MANY_BYTES);

  private final byte[] kinds;
  private boolean inWord;
  private long words;

  /**
   * A counter that is between words.
   *
   * @param encoding UTF-8, or any other for ASCII alone, which is what {@code wc} knows in the C
   *     locale
   */
  WordCounter(Charset encoding) {
    this.kinds = encoding.equals(StandardCharsets.UTF_8) ? UTF_8 : ASCII;
  }

  /** The encoding of the user's locale, as {@code wc} would take it. */
  static Charset localeEncoding() {
    return Charset.forName(System.getProperty("native.encoding", "UTF-8"), StandardCharsets.UTF_8);
  }

  /** How many words began so far. */
  long words() {
    return words;
  }

  /** Whether the next printable character belongs to a word that was counted already. */
  boolean isInWord() {
    return inWord;
  }

  /** Goes to another place, between words or inside one that was counted already. */
  void moveTo(boolean insideWord) {
    this.inWord = insideWord;
  }

  /** Counts the words that begin in these bytes. */
  void count(byte[] bytes, int from, int to) {
    long count = 0;
    boolean in = inWord;
    int next;
    for (int at = from; at < to; at = next) {
      next = at + 1;
      byte kind = kinds[bytes[at] & 0xff];
      if (kind == MANY_BYTES) {
        int character = Utf8.decode(bytes, at, to);
        if (character < 0) {
          continue;
        }
        next = at + Utf8.length(character);
        kind = kind(character);
      }
      if (kind == SPACE) {
        in = false;
      } else if (kind == PRINTABLE && !in) {
        in = true;
        count++;
      }
    }
    inWord = in;
    words += count;
  }

  private static byte kind(int character) {
    return switch (Character.getType(character)) {
      case Character.SPACE_SEPARATOR -> SPACE;
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          PASSED_OVER;
      // The word joiner: wc puts it with the spaces that do not break.
      default -> character == 0x2060 ? SPACE : PRINTABLE;
    };
  }

  private static byte[] kinds(byte beyondAscii) {
    byte[] kinds = new byte[256];
    for (int value = 0; value < kinds.length; value++) {
      if (value >= 0x80) {
        kinds[value] = beyondAscii;
      } else if (value == ' ' || (value >= '\t' && value <= '\r')) {
        kinds[value] = SPACE;
      } else if (value > ' ' && value < 0x7f) {
        kinds[value] = PRINTABLE;
      }
    }
    return kinds;
  }
}
