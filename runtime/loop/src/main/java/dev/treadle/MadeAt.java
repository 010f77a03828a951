package dev.treadle;

import java.io.Serial;
import java.util.List;

/**
 * The note a reported failure carries in debug mode, as a suppressed exception, of where the task
 * or the callback that failed was made. It prints as a stack.
 */
final class MadeAt extends Throwable {
  @Serial private static final long serialVersionUID = 1;

  MadeAt(String what, List<StackTraceElement> stack) {
    super(what + " was made at", null, true, true);
    setStackTrace(stack.toArray(StackTraceElement[]::new));
  }

  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
