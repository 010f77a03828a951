package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.treadle.coroutines.Coroutine;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the machine's own {@code wc}, where it is GNU's and not too new. */
class WcTest {
  // Where counting goes wrong: blanks of all kinds, characters of all lengths, halves of them.
  private static final byte[] NASTY = {
    ' ',
    '\n',
    '\r',
    '\t',
    'a',
    'b',
    0,
    0x7f,
    (byte) 0xc2,
    (byte) 0xa0,
    (byte) 0xe2,
    (byte) 0x80,
    (byte) 0xa8,
    (byte) 0xaf,
    (byte) 0xc3,
    (byte) 0xa9,
    (byte) 0xed,
    (byte) 0xff,
    (byte) 0xc0
  };

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "1, C.UTF-8, 7",
    "2, C.UTF-8, 64",
    "3, C.UTF-8, 8192",
    "4, C, 5",
    "5, C, 8192",
    "6, C.UTF-8, 4",
    "7, C.UTF-8, 100",
    "8, C, 4"
  })
  void shouldCountAsWcDoesWhenBytesAreRandom(long seed, String locale, int limit)
      throws IOException, InterruptedException {
    assumeTrue(
        wc(locale, new byte[] {1}).equals("0 0 1"),
        "wc is missing here, or takes control characters for words, as it does since 9.5");
    var random = new SplittableRandom(seed);
    // With few kinds of bytes runs get long, without line ends or without blanks.
    int kinds = seed % 2 == 0 ? NASTY.length : random.nextInt(3, NASTY.length);
    int first = random.nextInt(NASTY.length);
    byte[] bytes = new byte[100_000];
    for (int n = 0; n < bytes.length; n++) {
      bytes[n] = NASTY[(first + random.nextInt(kinds)) % NASTY.length];
    }

    Charset encoding = locale.equals("C") ? StandardCharsets.US_ASCII : StandardCharsets.UTF_8;
    assertThat(count(bytes, encoding, limit, random)).isEqualTo(wc(locale, bytes));
  }

  /** Through splitter and tallies as the command does, with chunks of random sizes. */
  private static String count(byte[] bytes, Charset encoding, int limit, SplittableRandom random) {
    Coroutine<@Nullable Line, Tally, Tally> one = Tally.counting(encoding);
    Coroutine<@Nullable Line, Tally, Tally> two = Tally.counting(encoding);
    Tally first = one.next();
    Tally second = two.next();
    var lines = new LineSplitter(limit, encoding);
    for (int at = 0; at < bytes.length; ) {
      int to = Math.min(bytes.length, at + random.nextInt(1, 3000));
      lines.add(java.util.Arrays.copyOfRange(bytes, at, to));
      at = to;
      for (Line line = lines.next(); line != null; line = lines.next()) {
        assertThat(line.size()).isBetween(1, limit);
        (random.nextBoolean() ? one : two).send(line);
      }
    }
    Line last = lines.last();
    if (last != null) {
      one.send(last);
    }
    return (first.lines() + second.lines())
        + " "
        + (first.words() + second.words())
        + " "
        + (first.bytes() + second.bytes());
  }

  private String wc(String locale, byte[] bytes) throws IOException, InterruptedException {
    Path file = Files.write(folder.resolve("bytes"), bytes);
    var builder = new ProcessBuilder("wc").redirectInput(file.toFile());
    builder.environment().put("LC_ALL", locale);
    try {
      Process process = builder.start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return printed.strip().replaceAll(" +", " ");
    } catch (IOException missing) {
      return "none: " + missing.getMessage();
    }
  }
}
