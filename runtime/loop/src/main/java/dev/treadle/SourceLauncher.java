package dev.treadle;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * {@code java Hello.java}: the JDK's launcher takes its own frames off the trace of the failure
 * that ends {@code main}. It takes as many as it has, whatever is there, and where there are fewer
 * it fails itself and shows nothing of the failure. The failure of a task has none of them.
 */
final class SourceLauncher {
  private static final String LAUNCHER = "com.sun.tools.javac.launcher.";

  private SourceLauncher() {}

  /** Gives a failure about to leave the loop the frames the launcher will take off. */
  static void giveFrames(Throwable failure) {
    StackTraceElement[] here = Thread.currentThread().getStackTrace();
    int from = start(here);
    if (from < here.length) {
      StackTraceElement[] trace = failure.getStackTrace();
      failure.setStackTrace(
          Stream.concat(
                  Arrays.stream(trace, 0, start(trace)), Arrays.stream(here, from, here.length))
              .toArray(StackTraceElement[]::new));
    }
  }

  /** Where the launcher's frames begin, with those of the reflection by which it calls. */
  private static int start(StackTraceElement[] trace) {
    int from = 0;
    while (from < trace.length && !trace[from].getClassName().startsWith(LAUNCHER)) {
      from++;
    }
    while (from > 0 && from < trace.length && isReflection(trace[from - 1].getClassName())) {
      from--;
    }
    return from;
  }

  private static boolean isReflection(String className) {
    return className.startsWith("java.lang.reflect.")
        || className.startsWith("jdk.internal.reflect.");
  }
}
