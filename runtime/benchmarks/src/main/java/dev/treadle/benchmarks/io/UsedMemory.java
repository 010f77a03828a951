package dev.treadle.benchmarks.io;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Objects;

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
      long used = afterCollection();
      if (used >= least) {
        break;
      }
      least = used;
    }
    return least;
  }

  /**
   * What the last collection left. What is in use now is more, by a stretch of some megabytes for
   * each thread that has allocated since.
   */
  private static long afterCollection() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getCollectionUsage)
        .filter(Objects::nonNull)
        .mapToLong(MemoryUsage::getUsed)
        .sum();
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
