package dev.treadle.testing;

import dev.treadle.Loop;
import dev.treadle.coroutines.PinnedException;
import java.lang.StackWalker.StackFrame;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.blockhound.BlockingMethod;

/**
 * The place in the caller's own code that led to a blocking call.
 *
 * @param call what that code called
 * @param at the innermost line of that code, or of whatever called when there is none
 * @param path all lines of that code, innermost first
 */
record CallSite(String call, StackTraceElement at, List<StackTraceElement> path) {
  private static final String OURS = "dev.treadle.";

  /** What lies beneath it is the code that runs the loop, not what it runs. */
  private static final String DRIVER = "dev.treadle.LoopDriver";

  private static final List<String> OTHERS =
      List.of(
          "io.netty.",
          "reactor.",
          "org.reactivestreams.",
          "org.junit.",
          "org.assertj.",
          "org.apache.maven.surefire.");

  /** Where the classes of Treadle lie; a test of ours has its own place, and is user code. */
  private static final Set<String> OUR_PLACES =
      Stream.of(PinnedException.class, Loop.class, CallSite.class)
          .map(CallSite::place)
          .collect(Collectors.toSet());

  static CallSite of(BlockingMethod method, List<StackFrame> stack) {
    int top = 0;
    while (top < stack.size() && !isMethod(stack.get(top), method)) {
      top++;
    }
    int end = first(stack, frame -> frame.getClassName().equals(DRIVER));
    if (end <= top) {
      end = stack.size();
    }
    List<StackFrame> frames = stack.subList(Math.min(top, end - 1), end);
    int own = first(frames, CallSite::isOwn);
    if (own < 0) {
      own = Math.max(1, first(frames, frame -> !isOfJdk(frame.getDeclaringClass())));
    }
    own = Math.min(own, frames.size() - 1);
    StackFrame called = frames.get(Math.max(0, own - 1));
    List<StackTraceElement> path = new ArrayList<>();
    for (StackFrame frame : frames) {
      if (isOwn(frame)) {
        path.add(frame.toStackTraceElement());
      }
    }
    return new CallSite(
        called.getClassName() + "." + called.getMethodName(),
        frames.get(own).toStackTraceElement(),
        path);
  }

  private static boolean isMethod(StackFrame frame, BlockingMethod method) {
    return frame.getMethodName().equals(method.getName())
        && frame.getClassName().equals(method.getClassName());
  }

  private static int first(List<StackFrame> frames, Predicate<StackFrame> test) {
    for (int i = 0; i < frames.size(); i++) {
      if (test.test(frames.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isOwn(StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    String name = type.getName();
    return !isOfJdk(type)
        && OTHERS.stream().noneMatch(name::startsWith)
        && !(name.startsWith(OURS) && OUR_PLACES.contains(place(type)));
  }

  private static boolean isOfJdk(Class<?> type) {
    String module = type.getModule().getName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }

  private static String place(Class<?> type) {
    @Nullable CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? "" : String.valueOf(source.getLocation());
  }
}
