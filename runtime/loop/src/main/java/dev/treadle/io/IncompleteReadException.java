package dev.treadle.io;

import java.io.EOFException;
import java.io.Serial;
import java.io.UncheckedIOException;

/**
 * A stream has ended in the middle of what was to be read: asyncio's {@code IncompleteReadError}.
 */
public final class IncompleteReadException extends UncheckedIOException {
  @Serial private static final long serialVersionUID = 1;

  private final byte[] partial;
  private final int expected;

  IncompleteReadException(Object stream, byte[] partial, int expected) {
    super(
        "stream ended too early: stream="
            + stream
            + " got="
            + partial.length
            + " expected="
            + (expected < 0 ? "a separator" : expected)
            + "; what came is in partial()",
        new EOFException("end of stream"));
    this.partial = partial;
    this.expected = expected;
  }

  /** What came before the end; consumed from the stream. Not a copy. */
  public byte[] partial() {
    return partial;
  }

  /** How many bytes were to be read; -1 if a separator was awaited. */
  public int expected() {
    return expected;
  }
}
