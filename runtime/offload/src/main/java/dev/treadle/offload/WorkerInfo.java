package dev.treadle.offload;

/**
 * A worker of a pool, as it was when asked.
 *
 * @param number which it is, from 1 on; a replacement gets a new one
 * @param pid its process id; 0 while the process is being started
 * @param ready whether it takes calls
 * @param calls how many it has answered
 * @param inFlight how many it has been sent and has not answered
 */
public record WorkerInfo(int number, long pid, boolean ready, long calls, int inFlight) {}
