package dev.treadle.benchmarks.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.treadle.benchmarks.io.Limit;
import dev.treadle.benchmarks.io.Sample;
import dev.treadle.benchmarks.io.Scripts;
import dev.treadle.benchmarks.io.Tools;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That everything that is measured works and is counted right; how fast does not matter here. */
@Timeout(300)
class SectionsTest {
  private final Tools tools = new Tools("joblib");

  @Test
  void shouldDoOursInWorkers() throws Exception {
    try (Ours ours = new Ours(2)) {
      for (Trial.Round round :
          List.of(
              ours.roundTrips(20),
              ours.roundTripsOfAThread(20),
              ours.submits(50),
              ours.map(10_000),
              ours.argument(1_000_000),
              ours.segment(1_000_000),
              ours.cold(null),
              ours.primes(1),
              ours.primesInThreads(1),
              ours.primesAlone(1))) {
        assertThat(round.measure().perSecond()).isPositive();
      }
      for (boolean saturated : List.of(true, false)) {
        Sample waits = ours.latency(50, saturated).measure();
        assertThat(waits.p99Nanos()).isPositive();
      }
    }
  }

  @Test
  void shouldDoTheSameInPython() throws Exception {
    Assumptions.assumeTrue(tools.pythonVersions() != null, "there is no Python here");
    try (Scripts scripts = new Scripts(OffloadBenchmarks.class, List.of("pools.py"));
        Python python = new Python(tools, scripts.folder().resolve("pools.py"), 2)) {
      for (Trial.Round round :
          List.of(
              python.times("round_trip", 20),
              python.times("submits", 20),
              python.summing("pool_map", 1_000, 1_000, 999_000),
              python.summing("argument", 1_000, 1, 1_002),
              python.once("cold fork"),
              python.once("cold spawn"))) {
        assertThat(round.measure().perSecond()).isPositive();
      }
      assertThat(python.waits("latency", 50).measure().p99Nanos()).isPositive();
      assertThatThrownBy(() -> python.summing("pool_map", 10, 10, 91).measure())
          .hasMessage("not what it should come to: expected=91 actual=90");
      assertThatThrownBy(() -> python.once("juggle").measure())
          .hasMessageContaining("python failed: juggle");
    }
  }

  @Test
  void shouldHoldOursAgainstARivalOfTheSameSection() throws Exception {
    try (Ours ours = new Ours(1);
        Scripts scripts = new Scripts(OffloadBenchmarks.class, List.of("pools.py"));
        Python python = new Python(tools, scripts.folder().resolve("pools.py"), 1)) {
      Sections sections = new Sections(ours, python, tools, scripts.folder().resolve("archives"));
      for (String name : Sections.NAMES) {
        Sections.Section section = sections.named(name);
        List<String> titles = section.turns().trials().stream().map(Trial::title).toList();
        assertThat(section.limits()).isNotEmpty();
        assertThat(section.limits().stream().flatMap(SectionsTest::sides)).isSubsetOf(titles);
      }
      assertThatThrownBy(() -> sections.named("teleport"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no such section: section=teleport; use [round-trip, ");
    }
  }

  private static Stream<String> sides(Limit limit) {
    return Stream.of(limit.ours(), limit.rival());
  }
}
