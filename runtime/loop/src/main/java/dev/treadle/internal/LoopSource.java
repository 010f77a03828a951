package dev.treadle.internal;

import dev.treadle.Loop;
import org.jspecify.annotations.Nullable;
import reactor.core.Scannable;

/**
 * A subscription whose signals come from a task. A task of the same loop that waits for them waits
 * for nothing outside, so that an idle virtual clock need not give it a grace.
 */
public interface LoopSource extends Scannable {
  /** The loop of that task. Any thread. */
  Loop loop();

  /** Whether the chain of operators that gave this subscription begins with one of the loop. */
  static boolean isOf(Loop loop, Object subscription) {
    Scannable at = Scannable.from(subscription);
    while (at != null && at.isScanAvailable()) {
      if (at instanceof LoopSource source) {
        return source.loop() == loop;
      }
      at = parent(at);
    }
    return false;
  }

  private static @Nullable Scannable parent(Scannable operator) {
    return operator.scan(Attr.PARENT);
  }
}
