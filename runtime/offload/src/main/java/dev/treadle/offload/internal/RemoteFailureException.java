package dev.treadle.offload.internal;

/** Stands for a failure of a step whose own exception could not be sent, or not be read here. */
public final class RemoteFailureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String typeName;

  RemoteFailureException(String typeName, String message) {
    super(message);
    this.typeName = typeName;
  }

  /** The class of the exception in the worker. */
  public String typeName() {
    return typeName;
  }
}
