package dev.treadle.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every buffer made while this is open is tracked, and known when it is lost. */
final class Leaks implements AutoCloseable {
  private final Level before = ResourceLeakDetector.getLevel();
  private final List<String> lost = new CopyOnWriteArrayList<>();

  Leaks() {
    ResourceLeakDetector.setLevel(Level.PARANOID);
    ByteBufUtil.setLeakListener((type, records) -> lost.add(type + " " + records));
  }

  /** Runs the body, and fails if it has lost a buffer. */
  static void check(Runnable body) {
    try (Leaks leaks = new Leaks()) {
      body.run();
      assertThat(leaks.lost()).as("buffers lost").isEmpty();
    }
  }

  /** What has been lost so far: collected by the garbage collector and never released. */
  List<String> lost() {
    for (int n = 0; n < 3; n++) {
      System.gc();
      // It looks for what was lost when the next is made.
      PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    }
    return lost;
  }

  @Override
  public void close() {
    ResourceLeakDetector.setLevel(before);
  }
}
