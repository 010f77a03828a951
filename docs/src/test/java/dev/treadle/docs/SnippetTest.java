package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness itself: a wrong page must fail. */
class SnippetTest {
  @TempDir Path folder;

  private static Snippet snippet(String... lines) {
    return Snippet.of(new Page(Page.ROOT.resolve("docs/probe.md"), List.of(lines))).getFirst();
  }

  @Test
  void shouldRunFragmentInTaskOnVirtualTime() throws Exception {
    Snippet snippet =
        snippet(
            "```java",
            "sleep(ofHours(1));",
            "IO.println(\"late\");",
            "```",
            "",
            "```text",
            "late",
            "```");
    assertThat(new SnippetRunner(folder).run(snippet)).isEqualTo("late\n");
    assertThat(snippet.expected()).isEqualTo("late\n");
  }

  @Test
  void shouldRunProgramAsItStands() throws Exception {
    Snippet snippet =
        snippet("1. item", "   ```java", "   void main() {", "     IO.print(1);", "   }", "   ```");
    assertThat(new SnippetRunner(folder).run(snippet)).isEqualTo("1");
    assertThat(snippet.expected()).isNull();
  }

  @Test
  void shouldNotTakeDistantTextForOutput() {
    assertThat(snippet("```java", "IO.print(1);", "```", "and", "```text", "1", "```").expected())
        .isNull();
  }

  @Test
  void shouldFailWhenSnippetDoesNotCompile() {
    Snippet snippet = snippet("```java", "int n = \"text\";", "```");
    assertThatThrownBy(() -> new SnippetRunner(folder).run(snippet))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("docs/probe.md:1")
        .hasMessageContaining("incompatible types");
  }

  @Test
  void shouldFailWhenSnippetThrows() {
    Snippet snippet = snippet("```java", "throw new IllegalStateException(\"broken\");", "```");
    assertThatThrownBy(() -> new SnippetRunner(folder).run(snippet))
        .isInstanceOf(AssertionError.class)
        .hasStackTraceContaining("broken");
  }

  @Test
  void shouldRefuseRemarkWithoutReason() {
    assertThatThrownBy(snippet("```java ignore", "IO.print(1);", "```")::isRun)
        .hasMessageContaining("unknown remark");
    assertThat(snippet("```java no-run: \"needs a server\"", "IO.print(1);", "```").isRun())
        .isFalse();
  }

  @Test
  void shouldRefuseToRunDeclarations() {
    assertThatThrownBy(snippet("```java", "class A {}", "```")::source)
        .hasMessageContaining("declarations cannot be run");
  }
}
