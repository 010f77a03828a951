package dev.treadle.benchmarks.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.treadle.benchmarks.io.Figure;
import dev.treadle.benchmarks.io.Measured;
import dev.treadle.benchmarks.io.Progress;
import dev.treadle.benchmarks.io.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final List<String> order = new ArrayList<>();
  private final Progress progress = new Progress(Duration.ofMinutes(1));

  @Test
  void shouldMeasureInTurnsAfterWarmingEachUp() throws InterruptedException {
    Measured measured =
        new Turns("section", Figure.MICROS, List.of(trial("a"), trial("b")), 2).measure(progress);

    assertThat(order).containsExactly("a warm", "b warm", "a", "b", "a", "b");
    assertThat(measured.rounds()).isEqualTo(2);
    assertThat(measured.contenders()).containsExactly("a", "b");
  }

  @Test
  void shouldLeaveOutWhatIsMissingOrFailsAndGoOn() throws InterruptedException {
    Trial.Round failing =
        () -> {
          throw new IllegalStateException("on purpose");
        };
    List<Trial> trials =
        List.of(
            new Trial("cold", failing, round("cold")),
            new Trial("later", round("later warm"), failing),
            new Trial("missing", failing, failing, "not installed: it"),
            trial("a"));

    Measured measured = new Turns("section", Figure.MICROS, trials, 1).measure(progress);

    assertThat(order).containsExactly("later warm", "a warm", "a");
    assertThat(measured.missing())
        .isEqualTo(Map.of("cold", "failed", "later", "failed", "missing", "not installed: it"));
    assertThat(measured.contenders()).containsExactly("a");
  }

  @Test
  void shouldMeasureNoRoundWhenTheTimeIsUp() throws InterruptedException {
    Measured measured =
        new Turns("section", Figure.MICROS, List.of(trial("a")), 2)
            .measure(new Progress(Duration.ZERO));

    assertThat(measured.rounds()).isZero();
  }

  private Trial trial(String title) {
    return new Trial(title, round(title + " warm"), round(title));
  }

  private Trial.Round round(String title) {
    return () -> {
      order.add(title);
      return Sample.of(1, 1);
    };
  }
}
