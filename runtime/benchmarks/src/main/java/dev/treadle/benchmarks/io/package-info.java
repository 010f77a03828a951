/** What I/O costs next to its rivals, over real sockets; entry class {@link IoBenchmarks}. */
@org.jspecify.annotations.NullMarked
package dev.treadle.benchmarks.io;
