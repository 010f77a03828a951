package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file larger than the heap, in a JVM of its own. {@code -Dextra.flags=-Dtreadle.demos.mib=1024}
 * makes it a gigabyte under {@code -Xmx64m}.
 */
class BoundedHeapTest {
  private static final int MIB = Integer.getInteger("treadle.demos.mib", 48);
  private static final String HEAP = MIB < 128 ? "-Xmx16m" : "-Xmx64m";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"sixteen bytes..\n", "one endless line"})
  void shouldReadAFileLargerThanTheHeapWhenPieceRepeats(String piece)
      throws IOException, InterruptedException {
    Path file = folder.resolve("large");
    byte[] block = piece.repeat((1 << 20) / piece.length()).getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int n = 0; n < MIB; n++) {
        out.write(block);
      }
    }

    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    // The flags this JVM runs with, but for those of the test runner and its agents.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of(
            HEAP,
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Demos.class.getName(),
            "producer-consumer",
            file.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed.lines().toList()).last().isEqualTo(expected(piece));
  }

  private static String expected(String piece) {
    long pieces = (long) MIB * ((1 << 20) / piece.length());
    boolean endless = !piece.endsWith("\n");
    long lines = endless ? 0 : pieces;
    long words = endless ? pieces * 2 + 1 : pieces * 2;
    return "produced=%d consumed=%d words=%d bytes=%d"
        .formatted(lines, lines, words, pieces * piece.length());
  }
}
