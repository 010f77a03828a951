package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages leave out no public name: neither of ours nor of those whose users come to us. */
class NamesTest {
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

  @Test
  void shouldMentionEveryPublicClass() {
    String pages = Page.all().stream().map(Page::text).collect(Collectors.joining("\n"));
    List<String> missing =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.treadle")
                .stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(
                    type -> type.isTopLevelClass() && !type.getPackageName().contains("internal"))
                .map(JavaClass::getSimpleName)
                .filter(name -> !Pattern.compile("\\b" + name + "\\b").matcher(pages).find())
                .sorted()
                .toList();
    assertThat(missing).as("public classes no page mentions").isEmpty();
  }

  /**
   * The lists: {@code asyncio.__all__} and the public members of its classes, 3.11 to 3.14; what a
   * user of trio and of kotlinx.coroutines meets.
   */
  @ParameterizedTest
  @ValueSource(strings = {"asyncio", "trio", "kotlin"})
  void shouldMapEveryNameOf(String rival) throws IOException {
    Set<String> mapped =
        Page.read(Page.ROOT.resolve("docs/coming-from-" + rival + ".md")).lines().stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|")[1])
            .flatMap(cell -> CODE.matcher(cell).results().map(match -> match.group(1)))
            .collect(Collectors.toSet());
    assertThat(mapped).containsAll(names(rival));
  }

  private static List<String> names(String rival) throws IOException {
    try (InputStream list = NamesTest.class.getResourceAsStream("/" + rival + "-names.txt")) {
      assertThat(list).isNotNull();
      return new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    }
  }
}
