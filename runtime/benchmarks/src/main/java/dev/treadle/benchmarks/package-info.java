/** What Treadle costs next to its rivals; entry class {@link Benchmarks}. */
@org.jspecify.annotations.NullMarked
package dev.treadle.benchmarks;
