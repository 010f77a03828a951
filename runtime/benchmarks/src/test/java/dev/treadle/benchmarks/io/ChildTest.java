package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void shouldAnswerLineByLineUntilClosed() throws IOException, InterruptedException {
    long pid;
    try (Child child = new Child("cat", List.of("cat"))) {
      pid = child.pid();
      assertThat(child.ask("one", PATIENCE)).isEqualTo("one");
      assertThat(child.ask("two", PATIENCE)).isEqualTo("two");
      assertThat(ProcessHandle.of(pid)).isPresent();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void shouldRepeatWhatAChildSaidLastWhenItEnds() throws IOException {
    try (Child child = new Child("sh", List.of("sh", "-c", "echo first >&2; echo why >&2"))) {
      assertThatThrownBy(() -> child.line(PATIENCE))
          .isInstanceOf(IOException.class)
          .hasMessage("it has ended: process=sh saying=why");
    }
  }

  @Test
  void shouldNotWaitWithoutALimitWhenNothingIsSaid() throws IOException {
    try (Child child = new Child("cat", List.of("cat"))) {
      assertThatThrownBy(() -> child.line(Duration.ofMillis(1)))
          .isInstanceOf(IOException.class)
          .hasMessage("no answer: process=cat after=PT0.001S");
    }
  }

  /** It answers the first question when it gets the second, which was late once. */
  @Test
  void shouldNotTakeALateAnswerForThatToTheNextQuestion() throws Exception {
    String late = "read first; read second; echo to-$first; echo to-$second; cat";
    try (Child child = new Child("late", List.of("sh", "-c", late))) {
      assertThatThrownBy(() -> child.ask("one", Duration.ofMillis(1)))
          .isInstanceOf(IOException.class)
          .hasMessage("no answer: process=late after=PT0.001S");
      assertThatThrownBy(() -> child.ask("two", PATIENCE))
          .isInstanceOf(IOException.class)
          .hasMessage("not asked: process=late has not answered=one; start another");
      ProcessHandle.of(child.pid()).ifPresent(handle -> handle.onExit().join());
      assertThat(ProcessHandle.of(child.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void shouldPassOnAFailureThatIsAnswered() throws IOException {
    try (Child child = new Child("cat", List.of("cat"))) {
      assertThatThrownBy(() -> child.ask("failed: on purpose", PATIENCE))
          .isInstanceOf(IOException.class)
          .hasMessage("cat failed: on purpose");
    }
  }
}
