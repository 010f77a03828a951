package dev.treadle.testing;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Fails a test for what its loop was left with or went through; the message has the task dump. */
public final class LoopTestError extends AssertionError {
  @Serial private static final long serialVersionUID = 1;

  LoopTestError(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
