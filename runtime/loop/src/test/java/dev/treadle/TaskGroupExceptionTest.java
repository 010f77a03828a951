package dev.treadle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskGroupExceptionTest {
  private final IOException io = new IOException("io");
  private final IllegalStateException state = new IllegalStateException("state");
  private final ArithmeticException arithmetic = new ArithmeticException("arithmetic");
  private final TaskGroupException inner =
      new TaskGroupException("inner", List.of(state, arithmetic));
  private final TaskGroupException outer = new TaskGroupException("outer", List.of(io, inner));

  @Test
  void shouldShowAllCauses() {
    assertThat(outer)
        .hasMessage("task group failed: group=outer failures=2 first=java.io.IOException: io")
        .hasCause(io);
    assertThat(outer.getSuppressed()).containsExactly(inner);
    assertThat(outer.causes()).containsExactly(io, inner);
    assertThat(outer.leaves()).containsExactly(io, state, arithmetic);
  }

  @Test
  void shouldNeedACause() {
    assertThatThrownBy(() -> new TaskGroupException("g", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a TaskGroupException needs a cause: group=g causes=[]; give at least one failure");
  }

  @Test
  void shouldNotChangeAfterwards() {
    List<Throwable> causes = new java.util.ArrayList<>(List.of(io));
    TaskGroupException failed = new TaskGroupException("g", causes);
    causes.add(state);
    assertThat(failed.causes()).containsExactly(io);
    assertThatThrownBy(() -> failed.causes().add(state))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void shouldGiveTheOnlyLeaf() {
    TaskGroupException one =
        new TaskGroupException("a", List.of(new TaskGroupException("b", List.of(io))));
    assertThat(one.only()).containsSame(io);
    assertThat(outer.only()).isEmpty();
  }

  @Test
  void shouldKeepTheShapeInASubgroup() {
    TaskGroupException part =
        outer.subgroup(leaf -> leaf instanceof ArithmeticException).orElseThrow();
    assertThat(part.causes()).singleElement().isInstanceOf(TaskGroupException.class);
    TaskGroupException nested = (TaskGroupException) part.causes().getFirst();
    assertThat(nested.causes()).containsExactly(arithmetic);
    assertThat(part.getStackTrace()).isEqualTo(outer.getStackTrace());
    assertThat(nested.getStackTrace()).isEqualTo(inner.getStackTrace());
    assertThat(part.getMessage()).startsWith("task group failed: group=outer failures=1 first=");
  }

  @Test
  void shouldGiveItselfWhenEveryLeafMatches() {
    assertThat(outer.subgroup(leaf -> true)).containsSame(outer);
    assertThat(outer.subgroup(leaf -> false)).isEmpty();
    TaskGroupException part = outer.subgroup(leaf -> leaf != io).orElseThrow();
    assertThat(part.causes()).containsExactly(inner);
  }

  @Test
  void shouldSplitIntoTwoTrees() {
    TaskGroupException.Split split = outer.split(leaf -> leaf instanceof RuntimeException);
    assertThat(split.matching().orElseThrow().leaves()).containsExactly(state, arithmetic);
    assertThat(split.rest().orElseThrow().leaves()).containsExactly(io);
    assertThat(outer.split(leaf -> true).rest()).isEmpty();
    assertThat(outer.split(leaf -> false).matching()).isEmpty();
  }

  @Test
  void shouldAskAboutEveryLeafOnce() {
    int[] asked = new int[1];
    TaskGroupException.Split split = outer.split(leaf -> asked[0]++ % 2 == 0);
    assertThat(asked[0]).isEqualTo(3);
    assertThat(split.matching().orElseThrow().leaves()).containsExactly(io, arithmetic);
    assertThat(split.rest().orElseThrow().leaves()).containsExactly(state);
  }

  @Test
  void shouldSurviveSerialization() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(outer);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      TaskGroupException copy = (TaskGroupException) in.readObject();
      assertThat(copy).hasMessage(outer.getMessage());
      assertThat(copy.leaves())
          .extracting(Throwable::getMessage)
          .containsExactly("io", "state", "arithmetic");
    }
  }
}
