package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Provokes each message that docs/jvm-flags.md quotes in a block with the info string {@code text
 * without --flag} or {@code text with -flag}; three dots stand for anything.
 */
class FlagsTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> shouldSayWhatThePageQuotes() {
    return Page.read(Page.ROOT.resolve("docs/jvm-flags.md")).fences().stream()
        .filter(fence -> fence.remark().startsWith("with"))
        .map(
            fence ->
                DynamicTest.dynamicTest(
                    fence.page() + ":" + fence.line() + " " + fence.remark(), () -> check(fence)));
  }

  @Test
  void shouldBeQuietWithAllFlags() throws Exception {
    assertThat(probe(flags())).isEqualToIgnoringNewLines("null");
  }

  private void check(Fence fence) throws Exception {
    String flag = fence.remark().split(" ")[1];
    List<String> flags = new ArrayList<>(flags());
    if (fence.remark().startsWith("without ")) {
      assertThat(flags.removeIf(given -> given.startsWith(flag))).isTrue();
    } else {
      flags.add(flag);
    }
    String printed = probe(flags);
    for (String line : fence.text().lines().toList()) {
      String pattern =
          Arrays.stream(line.split("\\.\\.\\."))
              .map(Pattern::quote)
              .collect(Collectors.joining(".*"));
      assertThat(printed).containsPattern(pattern);
    }
  }

  /** The flags of this build, with each value joined to its flag. */
  private static List<String> flags() {
    return List.of(
        System.getProperty("treadle.flags").replaceAll("(--add-\\w+) ", "$1=").split(" "));
  }

  private String probe(List<String> flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-XX:TieredStopAtLevel=1");
    // ArchUnit brings SLF4J and no logger for it, of which SLF4J would complain.
    command.add("-Dslf4j.internal.verbosity=ERROR");
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), FlagProbe.class.getName()));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
