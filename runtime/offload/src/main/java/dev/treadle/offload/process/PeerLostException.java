package dev.treadle.offload.process;

import java.io.Serial;

/**
 * The process that a {@link ProcessQueue} or a {@link PipeEnd} needs at the other side is gone: the
 * home of a queue or pipe has ended, or whoever read from a pipe. What is taken or received cannot
 * come any more, or what is sent cannot arrive. Any thread.
 */
public final class PeerLostException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  PeerLostException(String message) {
    super(message);
  }
}
