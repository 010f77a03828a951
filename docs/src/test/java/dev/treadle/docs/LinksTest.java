package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Relative links lead to a file of this repository, and to a heading of it if they name one. */
class LinksTest {
  @TestFactory
  Stream<DynamicTest> shouldLeadSomewhere() {
    return Page.all().stream()
        .flatMap(page -> page.links().stream())
        .filter(link -> !link.target().matches("[a-z]+:.*"))
        .map(
            link ->
                DynamicTest.dynamicTest(
                    link.page() + ":" + link.line() + " " + link.target(), () -> check(link)));
  }

  private static void check(Page.Link link) {
    String[] parts = link.target().split("#", 2);
    Path page = Page.ROOT.resolve(link.page());
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    assertThat(file).startsWith(Page.ROOT).exists();
    if (parts.length == 2) {
      assertThat(Page.read(file).anchors()).contains(parts[1]);
    }
  }

  @Test
  void shouldReachEveryPageFromTheIndex() {
    Path docs = Page.ROOT.resolve("docs");
    var linked =
        Page.read(docs.resolve("index.md")).links().stream()
            .map(link -> docs.resolve(link.target().split("#", 2)[0]).normalize())
            .filter(Files::exists)
            .toList();
    assertThat(linked)
        .containsAll(
            Page.all().stream()
                .map(Page::file)
                .filter(file -> file.startsWith(docs) && !file.endsWith("index.md"))
                .toList());
  }
}
