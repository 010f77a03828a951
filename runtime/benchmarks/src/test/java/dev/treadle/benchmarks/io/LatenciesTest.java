package dev.treadle.benchmarks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {
  @Test
  void shouldTellSmallLatenciesExactly() {
    Latencies latencies = new Latencies();
    for (int nanos = 1; nanos <= 100; nanos++) {
      latencies.add(nanos);
    }

    assertThat(latencies.count()).isEqualTo(100);
    assertThat(latencies.percentile(0.5)).isEqualTo(50);
    assertThat(latencies.percentile(0.99)).isEqualTo(99);
    assertThat(latencies.percentile(1)).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 255, 256, 257, 12_345, 987_654_321, 1L << 62})
  void shouldTellALatencyWithinOnePartIn128(long nanos) {
    Latencies latencies = new Latencies();
    latencies.add(nanos);

    assertThat(latencies.percentile(0.5)).isBetween(nanos, nanos + nanos / 128);
  }

  @Test
  void shouldTellHighPercentilesWhenLatenciesDiffer() {
    Latencies latencies = new Latencies();
    for (int n = 1; n <= 100_000; n++) {
      latencies.add(n * 1_000L);
    }

    assertThat((double) latencies.percentile(0.99)).isCloseTo(99e6, within(99e6 / 128));
  }

  @Test
  void shouldTellNothingWhenThereIsNone() {
    assertThat(new Latencies().percentile(0.99)).isZero();
  }
}
