package dev.treadle.io;

import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.yieldNow;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.Transport;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages of lines and lengths in random pieces over real sockets, many connections at a time,
 * some of which are cut off: the server must have read what the model says.
 */
@Timeout(120)
@ExtendWith(Leaks.class)
class SocketFuzzTest {
  private static final int CONNECTIONS = 40;

  /** The longest line a server takes. */
  private static final int LIMIT = 60;

  static Stream<Transport> transports() {
    return Loopback.transports();
  }

  /** The first line names the connection; then each line is a message, or the length of one. */
  private static void read(Connection connection, List<List<String>> read) {
    List<String> messages = read.get(Integer.parseInt(connection.reader().readLine()));
    try {
      for (String line = connection.reader().readLine(LIMIT);
          line != null;
          line = connection.reader().readLine(LIMIT)) {
        if (line.startsWith("#")) {
          int length = Integer.parseInt(line.substring(1));
          messages.add(Feeder.text(connection.reader().readExactly(length)));
        } else {
          messages.add(line);
        }
      }
      messages.add("end");
    } catch (LimitExceededException over) {
      messages.add("over");
    } catch (IncompleteReadException early) {
      messages.add("cut off after " + early.partial().length);
    }
    connection.writer().write("read\n");
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldReadWhatWasSentHoweverItIsCut(Transport transport) {
    List<List<String>> read = new ArrayList<>();
    int[] round = {0};
    Hostile.attack(
        transport,
        () -> Net.options().readWaterMarks(100, 300),
        connection -> read(connection, read),
        target -> {
          read.clear();
          round[0]++;
          List<Script> scripts = new ArrayList<>();
          for (int n = 0; n < CONNECTIONS; n++) {
            read.add(new ArrayList<>());
            Script script = new Script(new Random(1000L * round[0] + n), n);
            scripts.add(script);
            spawn(() -> send(target.connect(), script));
          }
          Hostile.until(() -> read.stream().allMatch(SocketFuzzTest::isOver));
          for (int n = 0; n < CONNECTIONS; n++) {
            assertThat(read.get(n))
                .as("round=%s n=%s", round[0], n)
                .isEqualTo(scripts.get(n).expected);
          }
          target.untilServing(0);
          target.settle();
        });
  }

  private static boolean isOver(List<String> messages) {
    return !messages.isEmpty()
        && (messages.getLast().equals("end")
            || messages.getLast().equals("over")
            || messages.getLast().startsWith("cut off"));
  }

  private static void send(Connection connection, Script script) {
    try (connection) {
      Random random = script.random;
      for (int at = 0; at < script.bytes.length(); ) {
        int size = 1 + random.nextInt(random.nextInt(4) == 0 ? 500 : 6);
        int end = Math.min(script.bytes.length(), at + size);
        connection.writer().write(script.bytes.substring(at, end).getBytes(ISO_8859_1));
        at = end;
        if (random.nextInt(8) == 0) {
          yieldNow();
        }
      }
      connection.writer().closeOutput();
      connection.reader().readLine();
    } catch (UncheckedIOException gone) {
      // The server has read enough of it.
    }
  }

  /** What one client sends, and what the server reads from it. */
  private static final class Script {
    final Random random;
    final String bytes;
    final List<String> expected = new ArrayList<>();

    Script(Random random, int number) {
      this.random = random;
      StringBuilder all = new StringBuilder(number + "\n");
      String last = "end";
      for (int n = random.nextInt(40); n > 0 && last.equals("end"); n--) {
        int length = random.nextInt(LIMIT);
        switch (random.nextInt(12)) {
          case 0 -> {
            // The reader looks no further than this.
            all.append("x".repeat(LIMIT + 1)).append(random.nextBoolean() ? "\n" : "");
            last = "over";
          }
          case 1 -> {
            all.append('#').append(1000).append("\n").append("y".repeat(length));
            last = "cut off after " + length;
          }
          case 2, 3, 4 -> {
            // Anything may be in there: ends of lines, too.
            String message = text("\r\n#z", random.nextInt(900));
            all.append('#').append(message.length()).append("\r\n").append(message);
            expected.add(message);
          }
          default -> {
            String line = text("abc \r", length).replaceAll("\r+$", "");
            all.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
            expected.add(line);
          }
        }
      }
      expected.add(last);
      bytes = all.toString();
    }

    private String text(String alphabet, int length) {
      StringBuilder text = new StringBuilder();
      for (int n = 0; n < length; n++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      return text.toString();
    }
  }
}
