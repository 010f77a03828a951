package dev.treadle.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The watch itself: a leak must be seen. */
class LeakWatchTest {
  @Test
  void shouldSeeABufferThatNobodyReleases() {
    new LeakWatch();
    List<String> seen = new ArrayList<>();

    for (int round = 0; seen.isEmpty() && round < 100; round++) {
      PooledByteBufAllocator.DEFAULT.buffer(16);
      seen.addAll(LeakWatch.leaks());
    }

    assertThat(seen.toString()).contains("ByteBuf");
    while (!LeakWatch.leaks().isEmpty()) {
      // What is left of the loop above is no other test's.
    }
  }
}
