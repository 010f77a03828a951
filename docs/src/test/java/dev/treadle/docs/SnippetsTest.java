package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every Java block of README.md and docs/ compiles, runs, and prints what the page says. */
class SnippetsTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> shouldDoWhatThePageSays() {
    SnippetRunner runner = new SnippetRunner(folder);
    return Page.all().stream()
        .flatMap(page -> Snippet.of(page).stream())
        .map(
            snippet ->
                DynamicTest.dynamicTest(snippet.name(), at(snippet), () -> check(runner, snippet)));
  }

  private static void check(SnippetRunner runner, Snippet snippet) throws Exception {
    if (!snippet.isRun()) {
      assertThat(runner.compile(snippet)).isDirectory();
      return;
    }
    String printed = runner.run(snippet);
    if (snippet.expected() != null) {
      assertThat(printed).as("printed by %s", snippet.name()).isEqualTo(snippet.expected());
    }
  }

  private static URI at(Snippet snippet) {
    return Page.ROOT.resolve(snippet.fence().page()).toUri();
  }
}
