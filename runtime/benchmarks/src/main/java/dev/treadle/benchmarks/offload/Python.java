package dev.treadle.benchmarks.offload;

import dev.treadle.benchmarks.io.Child;
import dev.treadle.benchmarks.io.Fields;
import dev.treadle.benchmarks.io.Sample;
import dev.treadle.benchmarks.io.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The process with Python's pools, which does what it is told; one thread. */
final class Python implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final @Nullable Child child;

  /** Nothing is started where there is no Python. */
  Python(Tools tools, Path script, int workers) throws IOException {
    List<String> command = List.of(tools.python(), script.toString(), String.valueOf(workers));
    child = tools.pythonVersions() == null ? null : new Child("python", command);
  }

  /** A round: the command, whose number is its last word, answers with the time it took. */
  Trial.Round times(String command, int count) {
    return () -> Sample.of(count, ask(command + " " + count).number("nanos"));
  }

  /** A round that gives a sum, which has to be that one. */
  Trial.Round summing(String command, int argument, int count, long sum) {
    return () -> {
      Fields answer = ask(command + " " + argument);
      Check.sum(sum, answer.number("sum"));
      return Sample.of(count, answer.number("nanos"));
    };
  }

  /** A round of something that is done once. */
  Trial.Round once(String command) {
    return () -> Sample.of(1, ask(command).number("nanos"));
  }

  /** A round that lasts so long. */
  Trial.Round waits(String command, int millis) {
    return () -> Sample.ofWaits(ask(command + " " + millis).number("p99"));
  }

  private Fields ask(String command) throws IOException, InterruptedException {
    return new Fields(Objects.requireNonNull(child, "no Python").ask(command, PATIENCE));
  }

  /** Ends its workers, then itself. */
  @Override
  public void close() {
    if (child == null) {
      return;
    }
    try {
      child.ask("close", PATIENCE);
    } catch (IOException gone) {
      // As it shall be.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      child.close();
    }
  }
}
