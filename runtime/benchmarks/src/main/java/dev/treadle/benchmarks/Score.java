package dev.treadle.benchmarks;

/**
 * One measured number.
 *
 * @param benchmark the benchmark as {@link Row#benchmark} names it
 * @param side who did the work
 * @param value nanoseconds, milliseconds or bytes, as the row says
 * @param error half of the 99.9 % confidence interval; NaN where it was measured too seldom
 */
record Score(String benchmark, Side side, double value, double error) {}
