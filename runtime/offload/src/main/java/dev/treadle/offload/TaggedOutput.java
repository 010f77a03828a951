package dev.treadle.offload;

/** Workers' lines on this process's own outputs, each with whose it is. */
final class TaggedOutput implements WorkerOutputHandler {
  @Override
  public void line(int worker, long pid, boolean error, String text) {
    (error ? System.err : System.out).println("[worker " + worker + " " + pid + "] " + text);
  }
}
