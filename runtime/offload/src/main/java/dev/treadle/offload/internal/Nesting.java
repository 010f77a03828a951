package dev.treadle.offload.internal;

import java.util.List;

/**
 * Processes below a worker: how many levels of them it may start, and which part of the machine is
 * its own. A worker of a pool is told by system properties, which cost those that are not to start
 * any nothing. Any thread.
 */
public final class Nesting {
  private static final String LEVELS = "treadle.offload.nesting";
  private static final String CORES = "treadle.offload.cores";

  private Nesting() {}

  /**
   * How many levels of processes may be started below this one; without limit in a program that is
   * no worker.
   */
  public static int levels() {
    return WorkerMain.isWorker() ? Integer.getInteger(LEVELS, 0) : StepMain.nesting();
  }

  /** How many cores there are; in a worker of a pool, its share of them. */
  public static int cores() {
    int all = Runtime.getRuntime().availableProcessors();
    return WorkerMain.isWorker() ? Math.clamp(Integer.getInteger(CORES, 1), 1, all) : all;
  }

  /**
   * The flags of workers that may start so many levels of processes: what a loop needs, which pools
   * have, and what this class reads there.
   *
   * @param workers how many there are to share the cores
   */
  public static List<String> flags(int levels, int workers) {
    if (levels <= 0) {
      return List.of();
    }
    return List.of(
        "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-D" + LEVELS + "=" + levels,
        "-D" + CORES + "=" + Math.max(1, cores() / workers));
  }
}
