package dev.treadle.io;

import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Virtually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random reads of random bytes in random chunks, some cancelled, against a model that has all the
 * bytes at once.
 */
@Timeout(120)
class StreamReaderFuzzTest {
  private static final Duration MILLI = Duration.ofMillis(1);

  /** Few different bytes, so that separators and ends of lines are everywhere, also half. */
  private static final String BYTES = "ab\r\n";

  static LongStream seeds() {
    return LongStream.range(0, 400);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldReadAsTheModelDoes(long seed) {
    Random random = new Random(seed);
    String all = anything(random, random.nextInt(400));
    List<ByteBuf> fed = new ArrayList<>();
    Virtually.run(
        () -> {
          int high = random.nextInt(40);
          Feeder feeder = new Feeder(random.nextInt(high + 1), high);
          long feedSeed = random.nextLong();
          spawn(() -> feed(new Random(feedSeed), feeder, all, fed));
          Model model = new Model(all);
          while (!model.isAtEnd()) {
            int kind = random.nextInt(5);
            int size = random.nextInt(12);
            byte[] separator = anything(random, 1 + random.nextInt(4)).getBytes(ISO_8859_1);
            String expected = model.read(kind, size, separator);
            StringBuilder got = new StringBuilder();
            boolean done = false;
            while (!done) {
              // Cancelled at any point it is tried again, as if nothing had been.
              done =
                  moveOnAfter(
                      MILLI.multipliedBy(1 + random.nextInt(5)),
                      () -> {
                        got.append(read(feeder.reader, kind, size, separator));
                      });
            }
            if (kind == 4) {
              assertThat(got).isNotEmpty();
              assertThat(expected).as("seed=%s", seed).startsWith(got);
              model.skip(got.length());
            } else {
              assertThat(got.toString()).as("seed=%s kind=%s", seed, kind).isEqualTo(expected);
            }
          }
          assertThat(feeder.reader.read(1)).isNull();
        });
    assertThat(fed).allMatch(chunk -> chunk.refCnt() == 0);
  }

  private static void feed(Random random, Feeder feeder, String all, List<ByteBuf> fed) {
    for (int at = 0; at < all.length(); ) {
      int size = Math.min(all.length() - at, 1 + random.nextInt(random.nextBoolean() ? 2 : 30));
      // Some with room for what comes next, some without.
      ByteBuf chunk =
          Unpooled.buffer(size + random.nextInt(3) * 4)
              .writeBytes(all.substring(at, at + size).getBytes(ISO_8859_1));
      fed.add(chunk);
      feeder.reader.feed(chunk);
      at += size;
      if (random.nextBoolean()) {
        sleep(MILLI.multipliedBy(random.nextInt(4)));
      }
    }
    feeder.reader.end();
  }

  private static String read(StreamReader reader, int kind, int size, byte[] separator) {
    try {
      return switch (kind) {
        case 0 -> Feeder.text(reader.readExactly(size));
        case 1 -> String.valueOf(reader.readLine(size));
        case 2 -> Feeder.text(reader.readUntil(separator, size));
        case 3 -> {
          // What is there depends on the chunks: ask for a byte.
          byte[] one = reader.read(1);
          yield one == null ? "end" : Feeder.text(one);
        }
        default -> {
          ByteBuffer into = ByteBuffer.allocate(size + 1);
          int count = reader.read(into);
          yield Feeder.text(into.array()).substring(0, Math.max(0, count));
        }
      };
    } catch (IncompleteReadException early) {
      return "incomplete " + Feeder.text(early.partial());
    } catch (LimitExceededException over) {
      // Or the model would stay where it is for ever.
      return "over " + Feeder.text(reader.readExactly(1));
    }
  }

  private static String anything(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int n = 0; n < length; n++) {
      text.append(BYTES.charAt(random.nextInt(BYTES.length())));
    }
    return text.toString();
  }

  /** Reads by the words of the contract from a string. */
  private static final class Model {
    private String rest;

    Model(String all) {
      rest = all;
    }

    boolean isAtEnd() {
      return rest.isEmpty();
    }

    String skip(int count) {
      String part = rest.substring(0, count);
      rest = rest.substring(count);
      return part;
    }

    String read(int kind, int size, byte[] separator) {
      return switch (kind) {
        case 0 -> rest.length() >= size ? skip(size) : "incomplete " + skip(rest.length());
        case 1 -> line(size);
        case 2 -> until(new String(separator, ISO_8859_1), size);
        case 3 -> skip(1);
        default -> rest.substring(0, Math.min(rest.length(), size + 1));
      };
    }

    private String until(String separator, int limit) {
      int at = rest.indexOf(separator);
      if (at >= 0 && at <= limit) {
        return skip(at + separator.length());
      }
      return at > limit || isOver(separator, limit)
          ? "over " + skip(1)
          : "incomplete " + skip(rest.length());
    }

    /** Whether the limit is passed for certain, whatever would come after the last byte. */
    private boolean isOver(String separator, int limit) {
      int maybe = Math.min(separator.length() - 1, rest.length());
      while (!rest.endsWith(separator.substring(0, maybe))) {
        maybe--;
      }
      return rest.length() - maybe > limit;
    }

    private String line(int limit) {
      int at = rest.indexOf('\n');
      int length = at < 0 ? rest.length() : at > 0 && rest.charAt(at - 1) == '\r' ? at - 1 : at;
      if (length > limit) {
        return "over " + skip(1);
      }
      String line = skip(length);
      skip(at < 0 ? 0 : at - length + 1);
      return line;
    }
  }
}
