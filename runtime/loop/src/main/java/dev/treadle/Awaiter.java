package dev.treadle;

/** A callback that stands for somebody who waits, as the task dump names them. */
interface Awaiter {
  /** Such as {@code thread 'main'}. Any thread. */
  String describeAwaiter();
}
