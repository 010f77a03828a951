package dev.treadle.offload.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files that large values travel in, and the directories they lie in. Any thread. Everything may
 * block for a moment: not for a loop's thread, but for {@link #none()}.
 */
public final class Segments implements AutoCloseable {
  private Segments() {}

  /**
   * The parent's: makes a private directory for the pool (sockets, boards) and one for segments, in
   * memory where that is possible, after sweeping those whose processes are gone.
   */
  public static Segments create(int threshold) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** A worker's, in the parent's directories; its own files' names begin with the prefix. */
  public static Segments open(List<Path> directories, String prefix, int threshold) {
    throw new UnsupportedOperationException();
  }

  /** Everything in the frame. */
  public static Segments none() {
    throw new UnsupportedOperationException();
  }

  /** Mode 700; sockets and boards go here. Deleted by close. */
  public Path privateDirectory() {
    throw new UnsupportedOperationException();
  }

  /** Where segments go, the best first: for {@link WorkerSetup}. */
  public List<Path> directories() {
    throw new UnsupportedOperationException();
  }

  /** From this size on, in bytes, a value goes into a file. */
  public int threshold() {
    throw new UnsupportedOperationException();
  }

  /** Deletes the files whose names begin so: those of a worker that is dead. */
  public void sweep(String prefix) {
    throw new UnsupportedOperationException();
  }

  /** Deletes the files of what does not arrive. */
  public void discard(Encoded encoded) {
    throw new UnsupportedOperationException();
  }

  /** The parent's: deletes the directories. What is mapped stays readable. Idempotent. */
  @Override
  public void close() {}
}
