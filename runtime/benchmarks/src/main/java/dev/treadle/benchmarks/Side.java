package dev.treadle.benchmarks;

/** Who does the work; a benchmark's methods are named after these. */
enum Side {
  TREADLE("treadle", "Treadle"),
  RAW("raw", "raw continuation"),
  KOTLINX("kotlinx", "Kotlin"),
  VIRTUAL_THREADS("virtualThreads", "virtual threads");

  final String method;
  final String title;

  Side(String method, String title) {
    this.method = method;
    this.title = title;
  }
}
