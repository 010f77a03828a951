package dev.treadle.offload.internal;

/** What came from the peer cannot be read: it is cut short, too long or says what cannot be. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedException(String message) {
    super(message);
  }

  MalformedException(String message, Throwable cause) {
    super(message, cause);
  }
}
