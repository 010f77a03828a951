package dev.treadle;

import dev.treadle.coroutines.internal.Frames;
import java.lang.StackWalker.StackFrame;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What debug mode remembers of tasks, handles, scopes, deferreds and wait queues: where each was
 * made and by which loop. Kept beside the objects, so that without debug mode they hold nothing and
 * each call here is one branch. asyncio's {@code source_traceback}. Any thread.
 */
final class Origins {
  private static final int MOST_FRAMES = 16;

  /** The classes whose frames say that something is made, and not by whom. */
  private static final Set<String> MAKERS =
      Set.of(
          CancelScope.class.getName(),
          Deferred.class.getName(),
          Inlet.class.getName(),
          Origins.class.getName(),
          TaskGroup.class.getName(),
          Timeouts.class.getName());

  private static final Map<Object, Origin> KNOWN = Collections.synchronizedMap(new WeakHashMap<>());

  /** Turned on with the first loop in debug mode, for good; a thread that sees it late is fine. */
  private static boolean on = LoopBuilder.isDebugByDefault();

  private Origins() {}

  static void turnOn() {
    on = true;
  }

  /** Remembers where this is made. */
  static void note(Object made, @Nullable Loop loop) {
    if (on) {
      remember(made, loop == null ? Loop.currentOrNull() : loop);
    }
  }

  private static void remember(Object made, @Nullable Loop loop) {
    if (loop == null ? LoopBuilder.isDebugByDefault() : loop.isDebug()) {
      KNOWN.put(made, new Origin(stack(), new WeakReference<>(loop)));
    }
  }

  private static List<StackTraceElement> stack() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(Frames::isUseful)
                    .filter(frame -> !LoopFrames.isMachinery(frame.getClassName()))
                    .dropWhile(frame -> MAKERS.contains(frame.getClassName()))
                    .limit(MOST_FRAMES)
                    .map(StackFrame::toStackTraceElement)
                    .toList());
  }

  /** Where it was made, innermost first; empty when that is not known. */
  static List<StackTraceElement> of(Object made) {
    Origin origin = on ? KNOWN.get(made) : null;
    return origin == null ? List.of() : origin.stack;
  }

  /** The innermost of these frames, or null. */
  static @Nullable StackTraceElement place(Object made) {
    List<StackTraceElement> stack = of(made);
    return stack.isEmpty() ? null : stack.getFirst();
  }

  /** The same as the end of a {@code toString}. */
  static String suffix(Object made) {
    StackTraceElement place = place(made);
    return place == null ? "" : " made at " + place;
  }

  /** Adds the place to a failure that is about to be reported. */
  static void explain(Throwable failure, Object made, String what) {
    List<StackTraceElement> stack = of(made);
    if (!stack.isEmpty()) {
      failure.addSuppressed(new MadeAt(what, stack));
    }
  }

  /**
   * Refuses a call from outside the loop that made the object, or that used it first.
   *
   * @throws IllegalStateException naming both
   */
  static void checkThread(Object made, String operation) {
    if (on) {
      Origin origin = KNOWN.get(made);
      Loop home = origin == null ? null : origin.home.get();
      if (home != null) {
        home.checkThread(operation);
      }
    }
  }

  private record Origin(List<StackTraceElement> stack, WeakReference<@Nullable Loop> home) {}
}
