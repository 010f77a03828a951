package dev.treadle;

import dev.treadle.coroutines.internal.Frames;
import java.io.Serial;
import java.util.Arrays;

/**
 * The note a failure carries, as a suppressed exception, of where the failed task was awaited. It
 * prints as a stack: the trace of a failure goes on through the task that awaited it.
 */
final class AwaitedFrom extends Throwable {
  @Serial private static final long serialVersionUID = 1;

  AwaitedFrom(String source, String awaiter) {
    super(source + " was awaited by " + awaiter + " from");
    setStackTrace(
        Arrays.stream(getStackTrace())
            .filter(frame -> Frames.isUseful(frame.getClassName()))
            .filter(frame -> !LoopFrames.isMachinery(frame.getClassName()))
            .toArray(StackTraceElement[]::new));
  }

  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
