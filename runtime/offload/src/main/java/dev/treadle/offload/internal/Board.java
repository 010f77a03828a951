package dev.treadle.offload.internal;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A page that a parent and one worker both map: what runs, what must not, and how far it is. */
public final class Board implements AutoCloseable {
  private Board() {}

  /** The parent's: makes the file, filled with zeros. */
  public static Board create(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The worker's. */
  public static Board open(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Worker: false when that call was revoked; it then does not run. */
  public boolean begin(long seq) {
    throw new UnsupportedOperationException();
  }

  /** Worker: false when that call was doomed; the worker then never answers. */
  public boolean end(long seq) {
    throw new UnsupportedOperationException();
  }

  /** Parent: true when that call runs and now never ends; the worker must then be killed. */
  public boolean doom(long seq) {
    throw new UnsupportedOperationException();
  }

  /** Parent: the call does not begin if it has not; at most 64 calls may be ahead. */
  public void revoke(long seq) {
    throw new UnsupportedOperationException();
  }

  /** The call that runs; 0 for none, negative for a doomed one. */
  public long running() {
    throw new UnsupportedOperationException();
  }

  /** The call that began last; 0 for none. */
  public long begun() {
    throw new UnsupportedOperationException();
  }

  /** Worker: never waits. */
  public void progress(long seq, long done, long total, String message) {
    throw new UnsupportedOperationException();
  }

  /** Parent: what was said last, of whatever call; null when nothing was, or just now is. */
  public @Nullable Report progress() {
    throw new UnsupportedOperationException();
  }

  /** Unmaps it; the file is its directory's owner's to delete. */
  @Override
  public void close() {}

  /** What a call has said of its progress. */
  public record Report(long seq, long done, long total, String message) {}
}
