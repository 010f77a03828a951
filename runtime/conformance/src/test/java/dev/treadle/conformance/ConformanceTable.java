package dev.treadle.conformance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Rows against ports: what is wrong with them, and the page that counts them. */
record ConformanceTable(List<Row> rows, List<Port> ports) {
  /** What must not be, one line each. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Row row : rows) {
      if (!known.add(row.id())) {
        problems.add("row listed twice: row=" + row.id() + "; delete one");
      }
      boolean ported = !portsOf(row).isEmpty();
      if (row.notApplicable() != null && row.starred()) {
        problems.add("starred row left out: row=" + row.id() + "; port it");
      } else if (row.notApplicable() == null && !ported) {
        problems.add("row without a port: row=" + row.id() + "; name it in a test's @Ports");
      } else if (ported && row.notApplicable() != null) {
        problems.add("row ported after all: row=" + row.id() + "; delete its remark in rows.txt");
      }
    }
    for (Port port : ports) {
      if (!port.isTest()) {
        problems.add("not a test: method=" + port.test() + "; move its @Ports to one");
      }
      if (!port.id().matches("((trio|kotlinx|BlockHound|OpenJDK)\\.|test_)[\\w.-]+")) {
        problems.add("odd name: ports=" + port.id() + " at=" + port.test() + "; see Ports.value()");
      }
    }
    return problems;
  }

  private List<Port> portsOf(Row row) {
    return ports.stream().filter(port -> isOf(port, row)).toList();
  }

  /** A row may be a class of tests, and the port one of them. */
  private static boolean isOf(Port port, Row row) {
    return port.id().equals(row.id()) || port.id().startsWith(row.id() + ".");
  }

  private String differs(Row row) {
    return String.join(
        "; ",
        portsOf(row).stream().map(Port::differs).filter(why -> !why.isEmpty()).distinct().toList());
  }

  private boolean isPorted(Row row) {
    return !portsOf(row).isEmpty() && differs(row).isEmpty();
  }

  private boolean isDifferent(Row row) {
    return !differs(row).isEmpty();
  }

  /** The ports of tests that no row asks for, by where they come from. */
  private Map<String, Set<String>> extras() {
    Map<String, Set<String>> extras = new TreeMap<>();
    for (Port port : ports) {
      if (rows.stream().noneMatch(row -> isOf(port, row))) {
        int name = port.id().lastIndexOf('.');
        extras
            .computeIfAbsent(port.id().substring(0, name), from -> new TreeSet<>())
            .add(port.id().substring(name + 1) + (port.differs().isEmpty() ? "" : " (different)"));
      }
    }
    return extras;
  }

  /** The page in Markdown. */
  String page() {
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    rows.forEach(row -> groups.computeIfAbsent(row.group(), name -> new ArrayList<>()).add(row));
    StringBuilder page = new StringBuilder(PREFACE);
    page.append("| group | ported | different on purpose | not applicable | all |\n");
    page.append("| --- | ---: | ---: | ---: | ---: |\n");
    groups.forEach((group, listed) -> page.append(counts(group, listed)));
    page.append(counts("all", rows));
    groups.forEach((group, listed) -> page.append(section(group, listed)));
    Map<String, Set<String>> extras = extras();
    int extra = extras.values().stream().mapToInt(Set::size).sum();
    page.append("\n## Beyond the list\n\nPorted, too, though no row asks for them: ");
    page.append(extra).append(".\n\n| from | tests |\n| --- | --- |\n");
    extras.forEach(
        (from, names) -> page.append("| `%s` | %s |\n".formatted(from, String.join(", ", names))));
    return page.toString();
  }

  private String counts(String group, List<Row> listed) {
    return "| %s | %d | %d | %d | %d |\n"
        .formatted(
            group,
            count(listed, this::isPorted),
            count(listed, this::isDifferent),
            count(listed, row -> row.notApplicable() != null),
            listed.size());
  }

  private static long count(List<Row> listed, Predicate<Row> which) {
    return listed.stream().filter(which).count();
  }

  private String section(String group, List<Row> listed) {
    StringBuilder section =
        new StringBuilder("\n## " + group + "\n\n| | test | what it protects | here |\n");
    section.append("| --- | --- | --- | --- |\n");
    for (Row row : listed) {
      section.append(
          "| %s | `%s` | %s | %s |\n"
              .formatted(row.starred() ? "★" : "", row.id(), row.protects(), here(row)));
    }
    return section.toString();
  }

  private String here(Row row) {
    if (row.notApplicable() != null) {
      return "not applicable: " + row.notApplicable();
    }
    Set<String> classes = new TreeSet<>();
    portsOf(row).forEach(port -> classes.add(port.test().replaceFirst("\\..*", "")));
    return "`%s`%s"
        .formatted(
            String.join("`, `", classes), isDifferent(row) ? "; different: " + differs(row) : "");
  }

  private static final String PREFACE =
      """
      # Conformance

      The tests of CPython, trio, kotlinx.coroutines, BlockHound and OpenJDK that Treadle is held to. What each protects
      is ported, in words and code of our own, to a test in `runtime/conformance` that names it in `@Ports`. Where Treadle
      does something else on purpose, the reason is given; [coming from asyncio](coming-from-asyncio.md) says more.
      ★ marks those that may not be left out.

      This page is generated; a test fails when it is not what the tests say. To write it anew:

      ```text
      mvn -B test -pl runtime/conformance -am -Dtest=ConformanceTest -Dsurefire.failIfNoSpecifiedTests=false -Dtreadle.conformance.write=true
      ```

      """;
}
