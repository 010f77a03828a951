package dev.treadle.io;

/**
 * Where a {@link StreamReader}'s bytes come from: it feeds the reader, on the loop's thread, until
 * told to pause. Both calls come on the loop's thread, in turns, first {@link #pause}.
 */
interface Source {
  /** Enough is buffered; what is fed all the same is kept. */
  void pause();

  /** More is wanted; may feed in this very call. */
  void resume();

  /**
   * For a source that gives something only when asked: suspends until it has fed the reader, ended
   * or failed it. In the task that reads.
   *
   * @return whether it is such a source; if not, the task waits for what is fed to the reader
   */
  default boolean pull(StreamReader reader) {
    return false;
  }
}
