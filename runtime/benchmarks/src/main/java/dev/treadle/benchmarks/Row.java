package dev.treadle.benchmarks;

import java.util.Locale;

/** What is compared, with what, and how much it may cost at most. */
enum Row {
  SWITCH_2("task switch, 2 tasks", "SwitchBenchmark tasks=2", "ns", 1.25, Side.RAW),
  SWITCH_100("task switch, 100 tasks", "SwitchBenchmark tasks=100", "ns", 1.25, Side.RAW),
  WATCHDOG("task switch, under the watchdog", "WatchdogBenchmark", "ns", 1.03, Side.UNWATCHED),
  SPAWN("spawn + await", "SpawnBenchmark", "ns", 1, Side.KOTLINX),
  QUEUE("queue(64), per item", "QueueBenchmark", "ns", 0.5, Side.KOTLINX),
  RACE("race of two, one cancelled", "RaceBenchmark", "ns", 1, Side.KOTLINX),
  PING_PONG("queue(1) ping-pong, per switch", "PingPongBenchmark", "ns", 1, Side.KOTLINX),
  LOCK("lock hand-over, 2 tasks", "LockBenchmark", "ns", 1, Side.VIRTUAL_THREADS),
  SEMAPHORE(
      "semaphore(3), 10 tasks, per permit", "SemaphoreBenchmark", "ns", 1, Side.VIRTUAL_THREADS),
  SLEEPERS_BYTES("1,000,000 sleeping tasks: each", "SleepersBenchmark bytesEach", "B", 450),
  SLEEPERS_TIME("1,000,000 sleeping tasks: whole run", "SleepersBenchmark", "ms", 1, Side.KOTLINX),
  CANCEL("100,000 tasks cancelled: whole run", "CancelBenchmark", "ms", 1, Side.KOTLINX),
  GENERATOR("generator step", "GeneratorBenchmark", "ns", 1.15, Side.RAW),
  FLUX("`for` over a `Flux.range`", "FluxBenchmark source=polled", "ns", 5, Side.SUBSCRIBER),
  FLUX_PREFETCHED(
      "the same, prefetched", "FluxBenchmark source=prefetched", "ns", 5, Side.SUBSCRIBER);

  final String title;

  /** The class, then its parameters that matter here and the name of a second result, if any. */
  final String benchmark;

  final String unit;

  /**
   * A factor of the reference; how much more than a bare subscriber; an absolute value when Treadle
   * is its own reference.
   */
  private final double limit;

  final Side reference;

  Row(String title, String benchmark, String unit, double limit, Side reference) {
    this.title = title;
    this.benchmark = benchmark;
    this.unit = unit;
    this.limit = limit;
    this.reference = reference;
  }

  Row(String title, String benchmark, String unit, double most) {
    this(title, benchmark, unit, most, Side.TREADLE);
  }

  private boolean isAbsolute() {
    return reference == Side.TREADLE;
  }

  private boolean isDifference() {
    return reference == Side.SUBSCRIBER;
  }

  String target() {
    if (isDifference()) {
      return "%.0f %s over %s".formatted(limit, unit, reference.title);
    }
    return isAbsolute()
        ? "%.0f %s".formatted(limit, unit)
        : String.format(Locale.ROOT, "%.2f × %s", limit, reference.title);
  }

  /** What is held against the limit, to the two places that are shown. */
  double measured(double ours, double theirs) {
    if (isDifference()) {
      return Math.rint(10 * (ours - theirs)) / 10;
    }
    return isAbsolute() ? Math.rint(ours) : Math.rint(100 * ours / theirs) / 100;
  }

  boolean isMet(double measured) {
    return measured <= limit;
  }

  /** By how many per cent a measurement is over the limit. */
  double excess(double measured) {
    return 100 * (measured / limit - 1);
  }

  String format(double measured) {
    if (isDifference()) {
      return String.format(Locale.ROOT, "%.1f %s", measured, unit);
    }
    return isAbsolute()
        ? "%.0f %s".formatted(measured, unit)
        : String.format(Locale.ROOT, "%.2f", measured);
  }
}
