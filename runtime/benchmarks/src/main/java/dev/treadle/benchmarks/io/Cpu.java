package dev.treadle.benchmarks.io;

import java.time.Duration;

/** How much processor time a process has used. */
final class Cpu {
  private Cpu() {}

  /** In nanoseconds, in steps of a hundredth of a second; 0 where the system does not tell. */
  static long nanosOf(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO)
        .toNanos();
  }
}
