package dev.treadle.offload;

/** A step, an argument or a result that cannot be serialized; names the class in the way. */
public class NotSendableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** With that message. */
  public NotSendableException(String message) {
    super(message);
  }
}
