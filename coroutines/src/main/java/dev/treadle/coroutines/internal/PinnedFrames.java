package dev.treadle.coroutines.internal;

import dev.treadle.coroutines.PinnedException;
import java.lang.StackWalker.StackFrame;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.Optional;

/** Finds the frame that keeps a fiber on its thread; runs only once suspension has failed. */
final class PinnedFrames {
  private PinnedFrames() {}

  static PinnedException exception(String reason) {
    return switch (reason) {
      case "MONITOR" ->
          new PinnedException(
              reason,
              monitorFrame(),
              "leave the synchronized block before awaiting, or guard the state with an awaitable lock");
      case "NATIVE" ->
          new PinnedException(
              reason,
              nativeFrame(),
              "do not await in a callback from native code or in a class initializer");
      default ->
          new PinnedException(
              reason, "unknown", "do not await here: the JVM cannot move this stack");
    };
  }

  private static String nativeFrame() {
    return StackWalker.getInstance()
        .walk(frames -> frames.filter(StackFrame::isNativeMethod).findFirst())
        .map(StackFrame::toString)
        // An upcall or a class initializer leaves no Java frame marked native.
        .or(PinnedFrames::classInitializer)
        .orElse("unknown");
  }

  private static Optional<String> classInitializer() {
    return StackWalker.getInstance()
        .walk(frames -> frames.filter(f -> f.getMethodName().equals("<clinit>")).findFirst())
        .map(StackFrame::toString);
  }

  private static String monitorFrame() {
    long[] self = {Thread.currentThread().threadId()};
    for (ThreadInfo info : ManagementFactory.getThreadMXBean().getThreadInfo(self, true, false)) {
      if (info == null) {
        continue;
      }
      for (MonitorInfo monitor : info.getLockedMonitors()) {
        StackTraceElement frame = monitor.getLockedStackFrame();
        if (frame != null && Frames.isUseful(frame.getClassName())) {
          return frame + " holding " + monitor.getClassName();
        }
      }
    }
    return "unknown";
  }
}
