package dev.treadle;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is outstanding outside the loop: holds, which are certain, and awaits of futures and
 * publishers, which may be completed elsewhere or by a task of this very loop. An idle virtual
 * clock waits for the former; for the latter it gives a grace, once after each new wait.
 */
final class ForeignWaits {
  private final AtomicInteger holds = new AtomicInteger();
  private int waits;
  private boolean graceSpent;

  void begin() {
    waits++;
    graceSpent = false;
  }

  void end() {
    waits--;
  }

  boolean isHeld() {
    return holds.get() > 0;
  }

  /** Whether an idle loop should now wait for what may arrive. */
  boolean isGraceDue() {
    return waits > 0 && !graceSpent;
  }

  /** The grace has passed and nothing arrived: no more of it until there is a new wait. */
  void graceSpent() {
    graceSpent = true;
  }

  boolean isOutstanding() {
    return waits > 0 || isHeld();
  }

  Hold hold(Loop loop, String reason) {
    holds.incrementAndGet();
    AtomicBoolean open = new AtomicBoolean(true);
    return new Hold() {
      @Override
      public void close() {
        if (open.compareAndSet(true, false)) {
          holds.decrementAndGet();
          // Wakes a loop that waits for this.
          loop.inlet.run(() -> {});
        }
      }

      @Override
      public String toString() {
        return "Hold[" + reason + "]";
      }
    };
  }
}
