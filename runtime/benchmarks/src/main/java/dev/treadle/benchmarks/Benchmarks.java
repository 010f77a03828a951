package dev.treadle.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks and writes the table into a page: {@code Benchmarks PAGE [JMH options]}. How
 * to start it is in {@code docs/benchmarks.md}.
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs what the options select; all benchmarks by default. */
  public static void main(String[] args)
      throws RunnerException, CommandLineOptionException, IOException {
    ResultsPage page = new ResultsPage(Path.of(args[0]));
    Options options =
        new OptionsBuilder()
            .parent(new CommandLineOptions(Arrays.copyOfRange(args, 1, args.length)))
            // One carrier for the virtual threads and the same heap for everybody.
            .jvmArgsAppend(
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                "-Xmx4g")
            .build();
    ResultsTable table = new ResultsTable(JmhScores.of(new Runner(options).run()));
    String results = "\n" + Machine.describe(LocalDate.now()) + "\n" + table.toMarkdown() + "\n";
    page.write(results);
    System.out.println(results);
  }
}
