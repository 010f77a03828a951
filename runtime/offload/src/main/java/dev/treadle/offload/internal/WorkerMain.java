package dev.treadle.offload.internal;

/** A worker process. */
public final class WorkerMain {
  private WorkerMain() {}

  /** Runs until the parent says END (status 0) or is gone. */
  public static void main(String[] arguments) {
    throw new UnsupportedOperationException();
  }

  /** Whether this JVM is a worker. Any thread. */
  public static boolean isWorker() {
    return false;
  }

  /**
   * Says how far the call that runs now is; nothing outside of a worker, or between calls. Any
   * thread of the worker; never waits.
   *
   * @return false outside of a worker
   */
  public static boolean progress(long done, long total, String message) {
    return false;
  }
}
