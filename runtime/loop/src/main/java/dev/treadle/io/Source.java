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
}
