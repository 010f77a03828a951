package dev.treadle.benchmarks.io;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** What this process keeps reachable: heap after full collections, and direct buffers. */
final class UsedMemory {
  private static final int MOST_COLLECTIONS = 10;

  private UsedMemory() {}

  static long bytes() {
    return heap() + direct();
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int n = 0; n < MOST_COLLECTIONS; n++) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (used >= least) {
        break;
      }
      least = used;
    }
    return least;
  }

  /** Netty counts what it takes past the JDK's own count. */
  private static long direct() {
    long jdk =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return jdk + Math.max(0, PlatformDependent.usedDirectMemory());
  }
}
