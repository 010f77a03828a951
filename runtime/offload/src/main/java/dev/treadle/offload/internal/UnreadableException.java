package dev.treadle.offload.internal;

/**
 * A value came that cannot be made here: its class is missing, a filter refuses it, it is broken.
 */
public final class UnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnreadableException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
  }
}
