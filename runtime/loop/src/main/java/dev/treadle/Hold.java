package dev.treadle;

/**
 * Says that something is outstanding outside the loop, such as work on another thread: until it is
 * closed, a virtual clock does not jump and no deadlock is diagnosed. From {@link
 * Loop#hold(String)}. Any thread.
 */
public interface Hold extends AutoCloseable {
  /** Ends the hold; does nothing the second time. */
  @Override
  void close();
}
