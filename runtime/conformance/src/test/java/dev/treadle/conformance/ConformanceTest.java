package dev.treadle.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing of {@code rows.txt} is left out, and docs/conformance.md says so. */
class ConformanceTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", "")).resolve("../../docs/conformance.md");

  private final ConformanceTable table = new ConformanceTable(Row.all(), Port.all());

  @Test
  void shouldHaveAPortForEachRow() {
    assertThat(table.problems()).isEmpty();
  }

  @Test
  void shouldBeCountedInTheDocs() throws IOException {
    if (Boolean.getBoolean("treadle.conformance.write")) {
      Files.writeString(PAGE, table.page());
    }
    assertThat(PAGE).content().isEqualTo(table.page());
  }

  @Test
  void shouldFindEachProblem() {
    List<Row> rows =
        Row.parse(
            List.of(
                "# a remark",
                "A. Group",
                "* test_m.C.test_ported | of use",
                "* test_m.C.test_left_out | of use | not applicable: no such thing",
                "- test_m.C.test_missing | of use",
                "- test_m.C.test_missing | of use",
                "- test_m.C.test_ported_now | of use | not applicable: no such thing",
                "- test_m.C.test_not_applicable | of use | not applicable: no such thing"));
    List<Port> ports =
        List.of(
            new Port("test_m.C.test_ported", "", "T.should", true),
            new Port("test_m.C.test_ported_now", "", "T.should", true),
            new Port("test_m.C.test_extra", "", "T.helper", false),
            new Port("C.test_odd", "", "T.should", true));
    assertThat(new ConformanceTable(rows, ports).problems())
        .containsExactly(
            "starred row left out: row=test_m.C.test_left_out; port it",
            "row without a port: row=test_m.C.test_missing; name it in a test's @Ports",
            "row listed twice: row=test_m.C.test_missing; delete one",
            "row without a port: row=test_m.C.test_missing; name it in a test's @Ports",
            "row ported after all: row=test_m.C.test_ported_now; delete its remark in rows.txt",
            "not a test: method=T.helper; move its @Ports to one",
            "odd name: ports=C.test_odd at=T.should; see Ports.value()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Row.parse(List.of("* no_what_it_protects")))
        .withMessageStartingWith("row not understood: line=* no_what_it_protects");
  }

  @Test
  void shouldCountWhatIsDifferent() {
    List<Row> rows =
        Row.parse(
            List.of(
                "A. Group",
                "* test_m.C.test_same | sameness",
                "- test_m.C.test_other | otherness",
                "- kotlinx.SomeTest | a whole class",
                "- test_m.C.test_none | nothing | not applicable: no such thing"));
    List<Port> ports =
        List.of(
            new Port("test_m.C.test_same", "", "T.should", true),
            new Port("test_m.C.test_other", "ours is better", "T.should", true),
            new Port("kotlinx.SomeTest.testOne", "", "K.should", true),
            new Port("kotlinx.SomeTest.testTwo", "", "K.should", true),
            new Port("test_m.C.test_extra", "", "T.should", true));
    assertThat(new ConformanceTable(rows, ports).page())
        .doesNotContain("testOne")
        .contains(
            "| group | ported | different on purpose | not applicable | all |",
            "| A. Group | 2 | 1 | 1 | 4 |",
            "no row asks for them: 1.",
            "|  | `kotlinx.SomeTest` | a whole class | `K` |",
            "| ★ | `test_m.C.test_same` | sameness | `T` |",
            "|  | `test_m.C.test_other` | otherness | `T`; different: ours is better |",
            "|  | `test_m.C.test_none` | nothing | not applicable: no such thing |",
            "| `test_m.C` | test_extra |");
  }
}
