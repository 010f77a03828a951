package dev.treadle.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

/** That the guard of the other tests can fail. */
class LeaksTest {
  @Test
  void shouldFindABufferThatNobodyReleased() throws InterruptedException {
    Leaks leaks = new Leaks();
    leaks.start();
    leak();
    assertThat(leaks.stop()).singleElement().asString().contains("LeaksTest.leak");
  }

  @Test
  void shouldFindNothingWhereAllWasReleased() throws InterruptedException {
    Leaks leaks = new Leaks();
    leaks.start();
    ByteBufAllocator.DEFAULT.buffer(100).release();
    assertThat(leaks.stop()).isEmpty();
  }

  private static void leak() {
    ByteBufAllocator.DEFAULT.buffer(100).writeByte(1);
  }
}
