/** What offloading costs next to Python's pools; entry class {@link OffloadBenchmarks}. */
@org.jspecify.annotations.NullMarked
package dev.treadle.benchmarks.offload;
