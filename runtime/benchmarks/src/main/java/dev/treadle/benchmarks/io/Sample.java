package dev.treadle.benchmarks.io;

/**
 * One round of one contender under load.
 *
 * @param perSecond requests that were answered
 * @param p99Nanos the time within which 99 of 100 were
 * @param serverCpu the share of one processor that the server used; 1 when it was the bottleneck
 * @param clientCpu the same of the process that made the load
 */
record Sample(double perSecond, double p99Nanos, double serverCpu, double clientCpu) {}
