package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerConsumerTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ""               | produced=0 consumed=0 words=0 bytes=0
          "a"              | produced=0 consumed=0 words=1 bytes=1
          "a\\n"           | produced=1 consumed=1 words=1 bytes=2
          "\\n\\n"         | produced=2 consumed=2 words=0 bytes=2
          "a b\\nc d"      | produced=1 consumed=1 words=4 bytes=7
          "a\\r\\n\\r\\nb\\r\\n" | produced=3 consumed=3 words=2 bytes=8
          " a\\tb  c "     | produced=0 consumed=0 words=3 bytes=8
          """)
  void shouldCountAsWcDoesWhenInputIs(String input, String line) {
    byte[] bytes = input.translateEscapes().getBytes(StandardCharsets.UTF_8);

    assertThat(Ran.demo(bytes, "producer-consumer")).isEqualTo(new Ran(0, line + "\n", ""));
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "1,1,10", "3,1,1", "1,3,2", "4,7,3", "20,20,1000"})
  void shouldLoseNothingWhenTasksAreManyAndTheQueueIsSmall(
      int producers, int consumers, int capacity) throws IOException {
    String[] arguments = new String[5 + 7];
    long lines = 0;
    long bytes = 0;
    for (int n = 0; n < 5; n++) {
      String text = "one two three\n".repeat(700 * n);
      lines += 700 * n;
      bytes += text.length();
      arguments[n] = write("file" + n, text.getBytes(StandardCharsets.UTF_8)).toString();
    }
    arguments[5] = "--producers";
    arguments[6] = Integer.toString(producers);
    arguments[7] = "--consumers";
    arguments[8] = Integer.toString(consumers);
    arguments[9] = "--capacity";
    arguments[10] = Integer.toString(capacity);
    arguments[11] = "-";

    Ran ran = Ran.demo("z\n".getBytes(StandardCharsets.UTF_8), command(arguments));

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                "produced=%d consumed=%d words=%d bytes=%d\n"
                    .formatted(lines + 1, lines + 1, lines * 3 + 1, bytes + 2),
                ""));
  }

  @Test
  void shouldCountEachWordOnceWhenOneLineIsVeryLong() throws IOException {
    var text = new StringBuilder("x".repeat(100_000));
    var random = new SplittableRandom(11);
    for (int n = 0; n < 50_000; n++) {
      text.append(' ').append("wörd".repeat(random.nextInt(1, 9)));
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    Path file = write("long", bytes);

    Ran ran = Ran.demo("producer-consumer", file.toString(), "--consumers", "3");

    assertThat(ran.out())
        .isEqualTo("produced=0 consumed=0 words=50001 bytes=" + bytes.length + "\n");
  }

  @Test
  void shouldPrintEachHandOverWhenVerbose() {
    byte[] input = "a b\nc".getBytes(StandardCharsets.UTF_8);

    Ran ran = Ran.demo(input, "producer-consumer", "--verbose", "--capacity", "1");

    assertThat(ran.lines()).last().isEqualTo("produced=1 consumed=1 words=3 bytes=5");
    // Who of the two comes first the second time depends on when the end of the input was read.
    assertThat(handOvers(ran, "producer="))
        .containsExactly("producer=1 put bytes=4 queue=n/1", "producer=1 put bytes=1 queue=n/1");
    assertThat(handOvers(ran, "consumer="))
        .containsExactly(
            "consumer=1 took bytes=4 lines=1 queue=n/1",
            "consumer=1 took bytes=1 lines=1 queue=n/1");
  }

  @Test
  void shouldNameTheFileBeforeAnythingIsProducedWhenOneIsMissing() throws IOException {
    String good = write("good", new byte[] {'a', '\n'}).toString();
    String missing = folder.resolve("missing").toString();

    assertThat(Ran.demo("producer-consumer", good, missing, "--verbose"))
        .isEqualTo(new Ran(2, "", "no such file: file=" + missing + "; check the name\n"));
  }

  @Test
  void shouldNameTheFileWhenItIsADirectory() {
    assertThat(Ran.demo("producer-consumer", folder.toString()))
        .isEqualTo(
            new Ran(2, "", "cannot read a directory: file=" + folder + "; give the files in it\n"));
  }

  @ParameterizedTest
  @CsvSource({"--producers", "--consumers", "--capacity"})
  void shouldRefuseWhenANumberIsZero(String option) {
    assertThat(Ran.demo("producer-consumer", option, "0"))
        .isEqualTo(
            new Ran(
                2, "", "bad value: " + option + "=0; give a whole number from 1 to 2147483647\n"));
  }

  private static List<String> handOvers(Ran ran, String by) {
    return ran.lines().stream()
        .filter(line -> line.startsWith(by))
        .map(line -> line.replaceAll("queue=[01]/1", "queue=n/1"))
        .toList();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static String[] command(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "producer-consumer";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return command;
  }
}
