package dev.treadle.offload.internal;

/** A value that cannot be sent; the message says which class is in the way, and where. */
public final class UnsendableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  UnsendableException(String message) {
    super(message);
  }

  UnsendableException(String message, Throwable cause) {
    super(message, cause);
  }
}
