package dev.treadle.offload;

/** Gets what workers write, see {@link ProcessPoolBuilder#output}. */
@FunctionalInterface
public interface WorkerOutputHandler {
  /**
   * A line. On a thread of that worker's.
   *
   * @param worker its number
   * @param pid its process id
   * @param error whether it was written to standard error
   * @param text without the line's end; the pieces of one longer than 8 KiB come as lines
   */
  void line(int worker, long pid, boolean error, String text);
}
