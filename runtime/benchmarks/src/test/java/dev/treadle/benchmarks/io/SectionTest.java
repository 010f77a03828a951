package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SectionTest {
  private static final int WARM_MILLIS = 7;

  private final List<String> order = new ArrayList<>();
  private final Progress progress = new Progress(Duration.ofMinutes(1));

  @Test
  void shouldMeasureInTurnsAfterWarmingEachUp() throws InterruptedException {
    Section section =
        new Section("section", List.of(serving("a"), serving("b")), this::record, 2, 5, 0);

    Measured measured = section.measure(progress);

    assertThat(order).containsExactly("a warm", "b warm", "a", "b", "a", "b", "a", "b");
    assertThat(measured.rounds()).isEqualTo(2);
    assertThat(measured.contenders()).containsExactly("a", "b");
  }

  @Test
  void shouldLeaveOutWhoDoesNotStartAndGoOn() throws InterruptedException {
    Contender gone = new Contender("gone", List.of("sh", "-c", "exit 1"), WARM_MILLIS, null);
    Contender missing = new Contender("missing", List.of(), WARM_MILLIS, "not installed: it");

    Measured measured =
        new Section("section", List.of(gone, missing, serving("a")), this::record, 1, 5, 0)
            .measure(progress);

    assertThat(measured.missing())
        .isEqualTo(Map.of("gone", "failed", "missing", "not installed: it"));
    assertThat(measured.contenders()).containsExactly("a");
  }

  @Test
  void shouldForgetWhoFailsInALaterRound() throws InterruptedException {
    Load load =
        (server, warmMillis, millis) -> {
          if (order.lastIndexOf("a") > 1 && server.contender().title().equals("a")) {
            throw new IOException("no reply");
          }
          return record(server, warmMillis, millis);
        };

    Measured measured =
        new Section("section", List.of(serving("a"), serving("b")), load, 2, 5, 0)
            .measure(progress);

    assertThat(order).containsExactly("a warm", "b warm", "a", "b", "b", "b");
    assertThat(measured.missing()).isEqualTo(Map.of("a", "failed"));
    assertThat(measured.series("a", Sample::perSecond)).isEmpty();
  }

  @Test
  void shouldMeasureAgainWhenNobodyWasBusy() throws InterruptedException {
    Load load =
        (server, warmMillis, millis) -> {
          record(server, warmMillis, millis);
          // The fourth time: the first round's second attempt.
          return order.size() == 4 ? new Sample(2, 1, 0.3, 0.8) : new Sample(1, 1, 0.3, 0.4);
        };

    Measured measured =
        new Section("section", List.of(serving("a")), load, 2, 5, 0.8).measure(progress);

    // Warm-up, one unseen, two attempts; then one that never is busy.
    assertThat(order).hasSize(2 + 2 + 4);
    assertThat(measured.series("a", Sample::perSecond)).hasValue(new Series(1.5, 1, 2));
  }

  @Test
  void shouldMeasureNoRoundWhenTheTimeIsUp() throws InterruptedException {
    Measured measured =
        new Section("section", List.of(serving("a")), this::record, 2, 5, 0)
            .measure(new Progress(Duration.ZERO));

    assertThat(measured.rounds()).isZero();
  }

  private Sample record(Server server, int warmMillis, int millis) {
    assertThat(server.port()).isEqualTo(9);
    assertThat(millis).isEqualTo(5);
    order.add(server.contender().title() + (warmMillis == WARM_MILLIS ? " warm" : ""));
    return new Sample(1, 1, 1, 1);
  }

  private static Contender serving(String title) {
    return new Contender(title, List.of("sh", "-c", "echo port=9; cat"), WARM_MILLIS, null);
  }
}
