package dev.treadle.coroutines.internal;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The monitors of a suspended stack, through the JDK's {@code LiveStackFrame}: package-private and
 * unsupported, so what does not work is an empty answer and never a failure.
 */
final class LiveFrames {
  private static final String NAME = "java.lang.LiveStackFrame";

  private LiveFrames() {}

  static List<HeldMonitor> monitors(Object scope, Object continuation) {
    List<HeldMonitor> held = new ArrayList<>();
    try {
      Class<?> type = Class.forName(NAME);
      Method getMonitors = type.getMethod("getMonitors");
      getMonitors.setAccessible(true);
      for (StackFrame frame : walker(type, scope, continuation).walk(frames -> frames.toList())) {
        for (Object monitor : (Object[]) getMonitors.invoke(frame)) {
          if (monitor != null) {
            held.add(new HeldMonitor(frame, monitor));
          }
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError unavailable) {
      return List.of();
    }
    return held;
  }

  private static StackWalker walker(Class<?> type, Object scope, Object continuation)
      throws ReflectiveOperationException {
    // By its shape: the types of its parameters are the JDK's own.
    Method factory =
        Arrays.stream(type.getDeclaredMethods())
            .filter(m -> m.getName().equals("getStackWalker") && m.getParameterCount() == 3)
            .findFirst()
            .orElseThrow(NoSuchMethodException::new);
    factory.setAccessible(true);
    return (StackWalker) factory.invoke(null, Set.of(), scope, continuation);
  }
}
