package dev.treadle.coroutines.internal;

import java.util.concurrent.CompletionException;

/** How a body's failure reaches the code that steps it. */
public final class Failures {
  private Failures() {}

  /**
   * The failure itself when unchecked; a checked one wrapped. What comes back is unchecked, so a
   * failure that passes several bodies is wrapped once.
   */
  public static Throwable unchecked(Throwable failure) {
    if (failure instanceof RuntimeException || failure instanceof Error) {
      return failure;
    }
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new CompletionException(failure);
  }

  /** Throws {@code failure} as it is, whatever the compiler knows of it. */
  public static RuntimeException raise(Throwable failure) {
    throw Failures.<RuntimeException>sneak(failure);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E sneak(Throwable failure) throws E {
    throw (E) failure;
  }
}
