package dev.treadle.demos;

import dev.treadle.coroutines.Coroutine;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** Lines, words and bytes, counted as {@code wc} counts them. */
final class Tally {
  private final WordCounter counter;
  private long lines;
  private long bytes;

  private Tally(Charset encoding) {
    this.counter = new WordCounter(encoding);
  }

  /**
   * A coroutine that counts each line it is sent, and yields the tally so far; null ends it. Start
   * it with {@code next()}.
   */
  static Coroutine<@Nullable Line, Tally, Tally> counting(Charset encoding) {
    return Coroutine.of(
        c -> {
          Tally tally = new Tally(encoding);
          for (Line line = c.yield(tally); line != null; line = c.yield(tally)) {
            tally.add(line);
          }
          return tally;
        });
  }

  /** How many line ends. */
  long lines() {
    return lines;
  }

  long words() {
    return counter.words();
  }

  long bytes() {
    return bytes;
  }

  private void add(Line line) {
    if (line.ends()) {
      lines++;
    }
    bytes += line.size();
    counter.moveTo(line.inWord());
    counter.count(line.chunk(), line.from(), line.to());
  }
}
