package dev.treadle;

import java.lang.System.Logger.Level;
import java.time.Duration;

/** Measures one step in debug mode and logs it if it was slow, as asyncio does. */
final class SlowStep {
  private static final System.Logger LOG = System.getLogger("dev.treadle.Loop");

  private final Loop loop;
  private final String step;
  private final long limit;
  private final long start = System.nanoTime();

  SlowStep(Loop loop, Object step, long limit) {
    this.loop = loop;
    // Now: a handle that has run does not know its callback any more.
    this.step = step instanceof Task<?> task ? task.describe() : step.toString();
    this.limit = limit;
  }

  void end() {
    long took = System.nanoTime() - start;
    if (took >= limit) {
      LOG.log(
          Level.WARNING,
          "a step took too long: loop="
              + loop.name()
              + " step="
              + step
              + " millis="
              + Duration.ofNanos(took).toMillis()
              + "; nothing else ran there meanwhile: move it to Treadle.onThread(...), or suspend in"
              + " between");
    }
  }
}
