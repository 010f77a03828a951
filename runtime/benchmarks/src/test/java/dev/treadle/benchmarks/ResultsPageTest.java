package dev.treadle.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsPageTest {
  @Test
  void shouldReplaceOnlyWhatIsBetweenTheMarks(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("page.md");
    Files.writeString(
        file, "before\n" + ResultsPage.BEGIN + "\nold\n" + ResultsPage.END + "\nafter\n");

    new ResultsPage(file).write("new\n");
    new ResultsPage(file).write("newer\n");

    assertThat(file)
        .hasContent("before\n" + ResultsPage.BEGIN + "\nnewer\n" + ResultsPage.END + "\nafter\n");
  }

  @Test
  void shouldRefuseAPageWithoutMarks(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("page.md"), "nothing\n");

    assertThatThrownBy(() -> new ResultsPage(file).write("new\n"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no place for results");
  }

  @Test
  void shouldNameMachineJdkAndDate() {
    assertThat(Machine.describe(LocalDate.of(2026, 11, 20)))
        .startsWith("Measured on 2026-11-20: ")
        .contains(" cores, ", Runtime.version().toString());
  }
}
