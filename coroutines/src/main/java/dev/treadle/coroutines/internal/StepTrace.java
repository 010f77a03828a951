package dev.treadle.coroutines.internal;

import java.util.ArrayList;
import java.util.List;

/** Where a body is, for people. */
final class StepTrace {
  private StepTrace() {}

  /** The frames of a chain of delegations, outermost first in the list, innermost in the trace. */
  static StackTraceElement[] of(List<Stepper> chain) {
    List<StackTraceElement> frames = new ArrayList<>();
    for (Stepper s : chain.reversed()) {
      addFrames(s, frames);
    }
    return frames.toArray(StackTraceElement[]::new);
  }

  static void addFrames(Stepper s, List<StackTraceElement> frames) {
    Fiber stack = s.suspended();
    if (stack != null) {
      stack.frames().forEach(frame -> frames.add(frame.toStackTraceElement()));
    } else if (s.runner() != null && Fiber.currentGenerator() == s) {
      frames.addAll(Frames.aboveStepper());
    }
  }

  static String describe(Stepper s) {
    return switch (s.state()) {
      case CREATED -> "not started";
      case RUNNING -> "running, by " + StepErrors.name(s.innermostRunner());
      case SUSPENDED -> {
        StackTraceElement[] frames = s.stackTrace();
        yield "suspended at " + (frames.length == 0 ? "unknown" : frames[0]);
      }
      case RETURNED -> "returned";
      case FAILED -> "failed: " + s.failure();
      case CLOSED -> "closed";
    };
  }
}
