package dev.treadle.io;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;

import dev.treadle.Hold;
import dev.treadle.Loop;
import dev.treadle.TaskGroup;
import dev.treadle.TaskGroupException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** All of a child's pipes at once. */
final class Communication {
  /** Where no other is given. */
  static final int LIMIT = 16 << 20;

  private Communication() {}

  static CompletedProcess run(Subprocess child, byte @Nullable [] input, int limit) {
    Hold hold = Loop.current().hold("communicate with process " + child.pid());
    try {
      return group(
          "communicate with " + child.pid(),
          g -> {
            return all(g, child, input, limit);
          });
    } catch (TaskGroupException failures) {
      // One is what the caller would have seen without a group.
      if (failures.only().orElse(null) instanceof RuntimeException one) {
        throw one;
      }
      throw failures;
    } finally {
      hold.close();
    }
  }

  private static CompletedProcess all(
      TaskGroup group, Subprocess child, byte @Nullable [] input, int limit) {
    group.spawn("stdin", () -> feed(child.stdin(), input));
    var stdout = group.spawn("stdout", () -> child.stdout().readAll(limit));
    var stderr = group.spawn("stderr", () -> child.stderr().readAll(limit));
    byte[] output = await(stdout);
    byte[] errors = await(stderr);
    return new CompletedProcess(child.command(), child.waitFor(), output, errors);
  }

  private static void feed(StreamWriter stdin, byte @Nullable [] input) {
    try {
      if (input != null) {
        stdin.write(input);
      }
      stdin.closeOutput();
    } catch (UncheckedIOException childReadsNoMore) {
      // Its own business, as for a shell's pipe; what it says about that is in its outputs.
    }
  }
}
