package dev.treadle.coroutines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JvmFlagsTest {
  private static final String EXPORT = "--add-exports java.base/jdk.internal.vm=ALL-UNNAMED";
  private static final String OPEN = "--add-opens java.base/java.lang=ALL-UNNAMED";

  /** What the child JVM runs. */
  static final class Program {
    public static void main(String[] args) {
      try {
        System.out.println(Generator.<String>of(y -> y.yield("stepped")).next());
      } catch (Throwable t) {
        System.out.println(t);
      }
      try {
        System.out.println(Coroutine.<String, String, String>of(c -> c.yield("sent")).next());
      } catch (Throwable t) {
        System.out.println(t);
      }
    }
  }

  private static List<String> start(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : flags) {
      command.addAll(List.of(flag.split(" ")));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Program.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.lines().toList();
  }

  private static String sentence(String missing) {
    return "java.lang.IllegalStateException: Treadle cannot start: missing JVM flags=["
        + missing
        + "]; add them to the java command, or Add-Exports and Add-Opens to the jar's manifest"
        + " (docs/jvm-flags.md)";
  }

  @Test
  void shouldNameTheFlagsWhenBothAreMissing() throws Exception {
    String sentence = sentence(EXPORT + " " + OPEN);
    assertThat(start()).containsExactly(sentence, sentence);
  }

  @Test
  void shouldNameTheFlagWhenOneIsMissing() throws Exception {
    assertThat(start(EXPORT)).containsExactly(sentence(OPEN), sentence(OPEN));
  }

  @Test
  void shouldRunWhenTheFlagsAreThere() throws Exception {
    assertThat(start(EXPORT, OPEN)).containsExactly("stepped", "sent");
  }
}
