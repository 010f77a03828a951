package dev.treadle.offload;

import java.io.Serial;

/**
 * Stands for a failure of a step in a worker process whose own exception could not be sent, or not
 * be read here: with its class and message as text, its stack trace, and its causes likewise.
 */
public final class RemoteFailureException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final int MOST_CAUSES = 16;

  private final String typeName;

  /** Of a failure of that class, with that text. */
  public RemoteFailureException(String typeName, String text) {
    super(text);
    this.typeName = typeName;
  }

  /** As text what the failure says: its own class need not be sent. Any thread. */
  public static RemoteFailureException of(Throwable failure) {
    return of(failure, MOST_CAUSES);
  }

  private static RemoteFailureException of(Throwable failure, int causesLeft) {
    RemoteFailureException text =
        new RemoteFailureException(failure.getClass().getName(), text(failure));
    text.setStackTrace(failure.getStackTrace());
    Throwable cause = failure.getCause();
    if (cause != null && causesLeft > 0) {
      text.initCause(of(cause, causesLeft - 1));
    }
    return text;
  }

  /** The class of the exception in the worker. Any thread. */
  public String typeName() {
    return typeName;
  }

  private static String text(Throwable failure) {
    try {
      return failure.toString();
    } catch (RuntimeException | StackOverflowError broken) {
      return failure.getClass().getName() + " (its message cannot be had: " + broken + ")";
    }
  }
}
