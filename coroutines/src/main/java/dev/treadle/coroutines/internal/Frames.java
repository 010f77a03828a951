package dev.treadle.coroutines.internal;

import java.lang.StackWalker.StackFrame;

/** Tells the frames a reader wants from the ones that every suspended stack has. */
public final class Frames {
  private Frames() {}

  /** Whether this frame is not machinery of the JDK's continuations or of this package. */
  public static boolean isUseful(StackFrame frame) {
    return isUseful(frame.getClassName());
  }

  /** The same by the frame's class name. */
  public static boolean isUseful(String className) {
    return !className.startsWith("jdk.internal.vm.")
        && !className.startsWith("dev.treadle.coroutines.internal.");
  }
}
