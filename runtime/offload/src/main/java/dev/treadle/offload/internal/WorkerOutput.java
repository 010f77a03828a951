package dev.treadle.offload.internal;

/**
 * How a worker's two outputs share one pipe: what stands between {@link #ERR} and {@link #OUT} is
 * standard error's, all else standard output's (or the JVM's own last words).
 */
public final class WorkerOutput {
  /** What follows is of System.err. */
  public static final byte ERR = 0x0e;

  /** What follows is of System.out. */
  public static final byte OUT = 0x0f;

  private WorkerOutput() {}
}
