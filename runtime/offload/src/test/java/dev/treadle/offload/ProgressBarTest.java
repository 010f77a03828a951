package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.treadle.Treadle;
import dev.treadle.testing.TreadleTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

  private static HandExecutor.HandCall<Integer> call(String name, @Nullable Progress progress) {
    HandExecutor.HandCall<Integer> call =
        new HandExecutor.HandCall<>(() -> 42, CallOptions.DEFAULT.named(name));
    call.progress = progress;
    return call;
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private static String line(@Nullable Progress progress, int seconds, int columns) {
    return ProgressText.line("pages", progress, Duration.ofSeconds(seconds), columns);
  }

  @Test
  void shouldShowBarRateAndTimeLeft() {
    assertThat(line(new Progress(25, 100, "rendered"), 10, 100))
        .isEqualTo(
            "pages                     25% [=======>                         ] 25/100  2.5/s  left 0:30"
                + "  rendered");
    assertThat(line(new Progress(100, 100, ""), 3_700, 100))
        .startsWith("pages                    100% [========================================]")
        .endsWith("] 100/100  0.0/s  1:01:40");
    assertThat(line(new Progress(0, 100, ""), 0, 100)).endsWith(" 0/100  0.0/s  left ?");
  }

  @Test
  void shouldShowWhatItKnowsWithoutATotal() {
    assertThat(line(new Progress(3_000_000, 0, ""), 2, 100))
        .isEqualTo("pages                     3000000  1.5M/s  0:02");
    assertThat(line(new Progress(30_000, 0, ""), 2, 100)).contains("  15.0k/s  ");
    assertThat(line(new Progress(300, 0, ""), 2, 100)).contains("  150/s  ");
    assertThat(line(null, 2, 100)).isEqualTo("pages                     waiting");
  }

  @Test
  void shouldKeepToOneLineOfItsWidth() {
    assertThat(line(new Progress(1, 2, "two\nlines\033[2J"), 1, 200))
        .doesNotContain("\n")
        .doesNotContain("\033");
    assertThat(line(new Progress(1, 2, "m".repeat(500)), 1, 79)).hasSize(79);
    assertThat(line(new Progress(1, 2, ""), 1, 50)).doesNotContain("[");
    assertThat(ProgressText.line("a".repeat(15) + "b".repeat(15), null, Duration.ZERO, 79))
        .isEqualTo("aaaaaaaaaaa..bbbbbbbbbbb  waiting");
  }

  @Test
  void shouldBearMoreDoneThanThereIs() {
    assertThat(line(new Progress(7, 5, ""), 1, 100)).contains(" 100% ").contains(" 7/5  ");
  }

  @Test
  void shouldDrawALineForEachOnATerminalAndOnceMoreAtTheEnd() {
    HandExecutor.HandCall<Integer> first = call("first", new Progress(1, 4, ""));
    HandExecutor.HandCall<Integer> second = call("second", null);
    ProgressBar bar = ProgressBar.show(out, true, 80, first, second);
    first.progress = new Progress(4, 4, "");
    first.run();
    bar.close();
    bar.close();
    String last = text().substring(text().lastIndexOf("\r\033[2A"));
    List<String> lines = List.of(last.split("\n"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("\r\033[2A\033[?7lfirst ").contains(" 100% ");
    assertThat(lines.get(1)).isEqualTo("second                    waiting\033[K");
    assertThat(lines.get(2)).isEqualTo("\033[?7h");
  }

  @Test
  void shouldWriteALineNowAndThenWhereThereIsNoTerminal() {
    HandExecutor.HandCall<Integer> first = call("first", new Progress(4, 4, ""));
    first.run();
    HandExecutor.HandCall<Integer> second = call("second", new Progress(1, 4, ""));
    ProgressBar bar = new ProgressBar(out, false, 80, Duration.ofNanos(1), List.of(first, second));
    while (text().lines().filter(line -> line.startsWith("second ")).count() < 3) {
      Thread.onSpinWait();
    }
    second.progress = new Progress(2, 4, "");
    bar.close();
    assertThat(text()).doesNotContain("\033").doesNotContain("\r");
    assertThat(text().lines().filter(line -> line.startsWith("first "))).hasSize(1);
    assertThat(text().lines().toList().getLast()).startsWith("second ").contains(" 2/4 ");
  }

  @TreadleTest
  void shouldNotBlockALoopWhenItIsClosed() {
    try (ProgressBar bar =
        ProgressBar.show(out, false, 80, call("first", new Progress(1, 2, "")))) {
      Treadle.yieldNow();
      assertThat(bar).isNotNull();
    }
    assertThat(text()).contains("first ").contains(" 1/2 ");
  }

  @Test
  void shouldRefuseToBeWithoutRoom() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProgressBar.show(out, true, 0))
        .withMessage("a progress bar needs room: columns=0; give a positive number");
  }
}
