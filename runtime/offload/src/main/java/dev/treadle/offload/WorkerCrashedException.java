package dev.treadle.offload;

/** The worker process that did a step has ended before it was done. */
public class WorkerCrashedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WorkerCrashedException(String message) {
    super(message);
  }
}
