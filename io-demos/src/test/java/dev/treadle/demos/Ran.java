package dev.treadle.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.testing.BlockingGuard;
import dev.treadle.testing.Recording;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command that was run in this JVM: its exit code and what it printed. */
record Ran(int code, String out, String err) {
  static Ran demo(String... arguments) {
    return demo(new byte[0], arguments);
  }

  static Ran demo(byte[] in, String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var terminal =
        new Terminal(
            new ByteArrayInputStream(in),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int code = guarded(terminal, arguments);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs it with the loop's thread guarded: what may not block in a handler may not here. */
  static int guarded(Terminal terminal, String... arguments) {
    BlockingGuard.install();
    try (Recording recording = BlockingGuard.record()) {
      int code = Demos.run(terminal, arguments);
      // The demo of blocking blocks; its own test looks at what it says.
      if (!List.of(arguments).contains("blocking")) {
        assertThat(recording.violations()).isEmpty();
      }
      return code;
    }
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
