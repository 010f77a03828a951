package dev.treadle.io;

import static dev.treadle.Treadle.shield;

import dev.treadle.Action;
import dev.treadle.Cancelled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Closing a file, which no cancellation keeps open. In a task. */
final class FileEnd {
  private FileEnd() {}

  /**
   * Closes it and waits for that, also in a cancelled scope.
   *
   * @param close how a task does it, without blocking the loop
   * @param closeBlocking how the calling thread does it, where there is no time for that
   * @throws UncheckedIOException if that fails
   */
  static void close(Path path, Action<IOException> close, Action<IOException> closeBlocking) {
    try {
      shield(close);
    } catch (IOException failure) {
      throw Failed.on("close", "path=" + path, failure);
    } catch (Cancelled forced) {
      // The loop's end has no time for threads any more; better to block it than to leak.
      try {
        closeBlocking.run();
      } catch (IOException failure) {
        forced.addSuppressed(failure);
      }
      throw forced;
    }
  }
}
