package dev.treadle.benchmarks.offload;

import dev.treadle.benchmarks.Machine;
import dev.treadle.benchmarks.ResultsPage;
import dev.treadle.benchmarks.io.IoTable;
import dev.treadle.benchmarks.io.Progress;
import dev.treadle.benchmarks.io.Scripts;
import dev.treadle.benchmarks.io.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the pool of worker processes next to Python's and writes the table into a page: {@code
 * OffloadBenchmarks PAGE [SECTION...]}. How to start it is in {@code docs/offload-benchmarks.md}.
 */
public final class OffloadBenchmarks {
  /** With the build before it, this stays under four minutes. */
  private static final Duration TIME_LIMIT = Duration.ofSeconds(170);

  private static final String SCRIPT = "pools.py";

  private OffloadBenchmarks() {}

  /** Measures the sections that are named as in {@link Sections#NAMES}; all by default. */
  public static void main(String[] args) throws Exception {
    ResultsPage page = new ResultsPage(Path.of(args[0]));
    List<String> sections =
        args.length == 1 ? Sections.NAMES : List.of(args).subList(1, args.length);
    int workers = Runtime.getRuntime().availableProcessors();
    Tools tools = new Tools("joblib");
    Progress progress = new Progress(TIME_LIMIT);
    List<IoTable.Part> parts = new ArrayList<>();
    try (Scripts scripts = new Scripts(OffloadBenchmarks.class, List.of(SCRIPT));
        Python python = new Python(tools, scripts.folder().resolve(SCRIPT), workers);
        Ours ours = new Ours(workers)) {
      Sections all = new Sections(ours, python, tools, scripts.folder().resolve("archives"));
      for (String name : sections) {
        Sections.Section section = all.named(name);
        parts.add(
            new IoTable.Part(
                section.turns().measure(progress),
                section.limits(),
                section.turns().figure(),
                false));
      }
    }
    String versions = tools.pythonVersions("joblib");
    String results =
        "\n"
            + Machine.describe(LocalDate.now())
            + (versions == null ? "" : "Against " + versions + ", in the same run.\n")
            + "\n"
            + new IoTable(parts).toMarkdown()
            + "\n";
    page.write(results);
    System.out.println(results);
  }
}
