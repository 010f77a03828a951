package dev.treadle.testing;

import java.util.Objects;

/**
 * A method inside which a loop's thread may block, and why that is no harm.
 *
 * @param className the class's binary name, as in a stack trace
 * @param method the method's name; {@code <clinit>} for the static initializer, {@code <init>} for
 *     a constructor
 * @param reason why it may; for people
 */
public record Allowance(String className, String method, String reason) {
  /**
   * Makes one.
   *
   * @throws IllegalArgumentException if the reason is blank
   */
  public Allowance {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(method, "method");
    if (reason.isBlank()) {
      throw new IllegalArgumentException(
          "an allowance without a reason: method="
              + className
              + "."
              + method
              + "; say why it may block the loop");
    }
  }

  boolean covers(StackWalker.StackFrame frame) {
    return frame.getMethodName().equals(method) && frame.getClassName().equals(className);
  }
}
