package dev.treadle.benchmarks

/** What came of a crowd of sleeping tasks: the heap while all slept, and how many woke up. */
@JvmRecord
data class Sleepers(val heapBytes: Long, val woken: Int)
