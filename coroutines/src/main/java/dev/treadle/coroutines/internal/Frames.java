package dev.treadle.coroutines.internal;

import java.lang.StackWalker.StackFrame;
import java.util.List;

/** Tells the frames a reader wants from the ones that every suspended stack has. */
public final class Frames {
  private static final String OURS = "dev.treadle.coroutines.";

  private Frames() {}

  /** Whether this frame is not machinery of the JDK's continuations or of this module. */
  public static boolean isUseful(StackFrame frame) {
    return isUseful(frame.getClassName());
  }

  /** The same by the frame's class name. */
  public static boolean isUseful(String className) {
    return !className.startsWith("jdk.internal.vm.")
        && !(className.startsWith(OURS) && isMachinery(className.substring(OURS.length())));
  }

  /** The useful frames of the calling thread above the innermost body it runs. */
  static List<StackTraceElement> aboveStepper() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .takeWhile(frame -> !isEntry(frame))
                    .filter(Frames::isUseful)
                    .map(StackFrame::toStackTraceElement)
                    .toList());
  }

  private static boolean isEntry(StackFrame frame) {
    return frame.getMethodName().equals("run")
        && frame.getClassName().equals(Stepper.class.getName());
  }

  private static boolean isMachinery(String name) {
    int nested = name.indexOf('$');
    return switch (nested < 0 ? name : name.substring(0, nested)) {
      case "Generator", "Coroutine", "Delegation" -> true;
      default -> name.startsWith("internal.");
    };
  }
}
