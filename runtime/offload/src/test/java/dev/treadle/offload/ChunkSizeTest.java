package dev.treadle.offload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkSizeTest {
  private static final long UNKNOWN = -1;

  private static ChunkSize of(MapOptions options) {
    return new ChunkSize(options, 2);
  }

  @Test
  void shouldBeginWithOne() {
    assertThat(of(MapOptions.DEFAULT).next(0, UNKNOWN)).isEqualTo(1);
  }

  @Test
  void shouldGrowEightfoldWhileTheStepsTakeLittle() {
    ChunkSize size = of(MapOptions.DEFAULT);
    int calls = 0;
    for (int next = 1; next < 10_000; next = size.next(0, UNKNOWN)) {
      size.took(10L * next, next);
      calls++;
    }
    assertThat(calls).isEqualTo(5);
    size.took(0, 1_000);
    size.took(0, 1_000);
    assertThat(size.next(0, UNKNOWN)).isEqualTo(1 << 14);
  }

  @Test
  void shouldAimAtTenMilliseconds() {
    ChunkSize size = of(MapOptions.DEFAULT);
    for (int i = 0; i < 5; i++) {
      size.took(1_000_000, 1);
    }
    assertThat(size.next(0, UNKNOWN)).isEqualTo(10);
    size.took(5_000_000, 1);
    assertThat(size.next(0, UNKNOWN)).isEqualTo(2);
    size.took(1_000_000_000, 1);
    assertThat(size.next(0, UNKNOWN)).isEqualTo(1);
  }

  @Test
  void shouldShareOutTheLastOnes() {
    ChunkSize size = of(MapOptions.DEFAULT);
    for (int i = 0; i < 5; i++) {
      size.took(1_000_000, 1);
    }
    assertThat(size.next(0, 100)).isEqualTo(10);
    assertThat(size.next(0, 20)).isEqualTo(5);
    assertThat(size.next(0, 3)).isEqualTo(1);
  }

  @Test
  void shouldKeepToTheSizeThatWasAskedFor() {
    ChunkSize size = of(MapOptions.DEFAULT.chunk(7));
    size.took(1, 7);
    assertThat(size.next(0, 3)).isEqualTo(7);
  }

  @Test
  void shouldKeepToWhatMayBeInFlight() {
    ChunkSize size = of(MapOptions.DEFAULT.inFlight(40));
    for (int i = 0; i < 5; i++) {
      size.took(1, 1);
    }
    assertThat(size.next(0, UNKNOWN)).isEqualTo(10);
    assertThat(size.next(37, UNKNOWN)).isEqualTo(3);
    assertThat(size.hasRoom(100, 39)).isTrue();
    assertThat(size.hasRoom(1, 40)).isFalse();
    assertThat(of(MapOptions.DEFAULT.inFlight(1)).next(0, UNKNOWN)).isEqualTo(1);
  }

  @Test
  void shouldHaveThreeInFlightForEachWorkerOtherwise() {
    ChunkSize size = of(MapOptions.DEFAULT);
    assertThat(size.hasRoom(5, 1_000_000)).isTrue();
    assertThat(size.hasRoom(6, 6)).isFalse();
  }
}
