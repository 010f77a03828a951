package dev.treadle.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.treadle.Treadle;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the tables for newcomers name as ours, or as somebody else's, exists. */
class TablesTest {
  /** Where a class that is not ours may be from. */
  private static final List<String> FOREIGN =
      List.of(
          "java.lang",
          "java.util.concurrent",
          "java.util.stream",
          "java.nio.file",
          "io.netty.channel",
          "io.netty.channel.embedded",
          "io.netty.bootstrap",
          "reactor.core",
          "reactor.core.publisher");

  /** Code that names nothing. */
  private static final List<String> WORDS = List.of("for", "async with");

  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern PROPERTY = Pattern.compile("(-D)?treadle\\.[a-z.-]+(=.*)?");
  private static final Pattern ARGUMENTS = Pattern.compile("\\([^()]*\\)");
  private static final Map<String, Class<?>> OURS = ours();

  @ParameterizedTest
  @ValueSource(strings = {"asyncio", "trio", "kotlin"})
  void shouldNameOnlyWhatExistsIn(String rival) {
    Page page = Page.read(Page.ROOT.resolve("docs/coming-from-" + rival + ".md"));
    List<String> unknown = new ArrayList<>();
    for (String line : page.lines()) {
      if (line.startsWith("| `")) {
        unknown(line).forEach(name -> unknown.add(name + " in " + line));
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void shouldFindWhatDoesNotExist() {
    assertThat(unknown("| `x` | `Loop.builder()...fly(b)`, `new Taks<T>()`, `await(a(b))` | |"))
        .containsExactly("fly", "Taks");
    assertThat(unknown("| `x` | `AsyncLock`, `put`; `Channel.read`, `isOpen`, `shut` | |"))
        .containsExactly("put", "shut");
    assertThat(unknown("| `x` | none | `Task.uncancel`, `uncancel` |"))
        .containsExactly("Task.uncancel");
  }

  /** The names in a row's second column, and those in its third that have a class of ours. */
  private static List<String> unknown(String row) {
    String[] cells = row.split("\\|");
    List<String> unknown = new ArrayList<>();
    List<Class<?>> named = new ArrayList<>();
    for (String name : names(cells[2])) {
      String[] parts = name.split("\\.");
      if (Character.isUpperCase(name.charAt(0))) {
        Class<?> type = type(parts[0]);
        if (type == null) {
          unknown.add(name);
          continue;
        }
        named.add(type);
        if (parts.length > 1 && !has(type, parts[1])) {
          unknown.add(name);
        }
      } else if (!has(Treadle.class, name)
          && (named.isEmpty() ? OURS.values() : named).stream().noneMatch(t -> has(t, name))) {
        unknown.add(name);
      }
    }
    if (cells.length > 3) {
      for (String name : names(cells[3])) {
        String[] parts = name.split("\\.");
        Class<?> type = OURS.get(parts[0]);
        if (type != null && parts.length > 1 && !has(type, parts[1])) {
          unknown.add(name);
        }
      }
    }
    return unknown;
  }

  /** {@code Loop.builder()...run(body)} has two: {@code Loop.builder} and {@code run}. */
  private static List<String> names(String cell) {
    return CODE.matcher(cell)
        .results()
        .map(span -> span.group(1))
        .filter(span -> !WORDS.contains(span))
        .filter(span -> !PROPERTY.matcher(span).matches())
        .map(TablesTest::withoutArguments)
        .flatMap(span -> Stream.of(span.split("\\.\\.\\.")))
        .filter(name -> !name.isBlank())
        .toList();
  }

  private static String withoutArguments(String span) {
    String bare = span.replaceFirst("^(new |instanceof |@|java\\.[a-z.]+\\.(?=[A-Z]))", "");
    bare =
        bare.replaceFirst("^java -jar treadle-loop.jar (.*) PID$", "$1").replaceFirst(" == .*", "");
    for (String before = ""; !before.equals(bare); ) {
      before = bare;
      bare = ARGUMENTS.matcher(bare).replaceAll("");
    }
    return bare.replaceFirst("<.*>", "");
  }

  private static @Nullable Class<?> type(String name) {
    Class<?> ours = OURS.get(name);
    if (ours != null) {
      return ours;
    }
    for (String from : FOREIGN) {
      try {
        return Class.forName(from + "." + name);
      } catch (ClassNotFoundException e) {
        // The next one.
      }
    }
    return null;
  }

  /** Whether it has such a public method, constant or class, or one of its public classes has. */
  private static boolean has(Class<?> type, String name) {
    return Stream.of(type.getMethods())
            .anyMatch(m -> m.getName().equals(name) && m.getDeclaringClass() != Object.class)
        || Stream.of(type.getFields()).anyMatch(field -> field.getName().equals(name))
        || Stream.of(type.getClasses())
            .anyMatch(inner -> inner.getSimpleName().equals(name) || has(inner, name));
  }

  private static Map<String, Class<?>> ours() {
    Map<String, Class<?>> ours = new TreeMap<>();
    new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.treadle")
            .stream()
            .filter(type -> !type.getPackageName().contains("internal"))
            .map(type -> type.reflect())
            .filter(
                type -> Modifier.isPublic(type.getModifiers()) && type.getEnclosingClass() == null)
            .forEach(type -> ours.put(type.getSimpleName(), type));
    return ours;
  }
}
