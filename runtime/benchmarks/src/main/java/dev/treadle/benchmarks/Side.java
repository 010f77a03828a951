package dev.treadle.benchmarks;

/** Who does the work; a benchmark's methods are named after these. */
enum Side {
  TREADLE("treadle", "Treadle"),
  RAW("raw", "raw continuation"),
  KOTLINX("kotlinx", "Kotlin"),
  VIRTUAL_THREADS("virtualThreads", "virtual threads"),

  /** Treadle again; of use to one row only, so that it has no column. */
  UNWATCHED("unwatched", "unwatched") {
    @Override
    boolean hasColumn() {
      return false;
    }
  },

  /** Reactor's own; the same. */
  SUBSCRIBER("subscriber", "a bare subscriber") {
    @Override
    boolean hasColumn() {
      return false;
    }
  };

  final String method;
  final String title;

  Side(String method, String title) {
    this.method = method;
    this.title = title;
  }

  boolean hasColumn() {
    return true;
  }
}
