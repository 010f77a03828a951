package dev.treadle;

/** An entry of the {@link TimerHeap}; ordered by deadline, then by age. */
abstract class Timer {
  /** On the loop's ticker, in nanoseconds. */
  long deadline;

  /** Breaks ties: of two timers with one deadline the older fires first. */
  int order;

  /** The place in the heap, or -1 when not in it. */
  int index = -1;

  /** Called on the loop's thread, out of the heap already. */
  abstract void fire();

  final boolean isBefore(Timer other) {
    long difference = deadline - other.deadline;
    return difference < 0 || (difference == 0 && order - other.order < 0);
  }
}
