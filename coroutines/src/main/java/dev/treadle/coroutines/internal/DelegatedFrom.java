package dev.treadle.coroutines.internal;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;

/**
 * A note on a failure of a delegated body, suppressed in it: the stack from which the body was
 * delegated to. The step ran the innermost body directly, so the failure's own trace lacks it.
 */
final class DelegatedFrom extends Throwable {
  @Serial private static final long serialVersionUID = 1;

  private DelegatedFrom(List<StackTraceElement> frames) {
    super(null, null, false, true);
    setStackTrace(frames.toArray(StackTraceElement[]::new));
  }

  /** Notes the chain, outermost first, on a failure that has no such note yet. */
  static void note(Throwable failure, List<Stepper> chain) {
    for (Throwable known : failure.getSuppressed()) {
      if (known instanceof DelegatedFrom) {
        return;
      }
    }
    List<StackTraceElement> frames = new ArrayList<>();
    for (Stepper stepper : chain.reversed()) {
      StepTrace.addFrames(stepper, frames);
    }
    failure.addSuppressed(new DelegatedFrom(frames));
  }

  @Override
  public String toString() {
    return "delegated to from";
  }
}
