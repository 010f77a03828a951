package dev.treadle;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * An action on its way from another thread to the loop. Netty's queue can neither refuse nor give
 * back what arrives while the loop closes; with a claim that one side alone can win, each action
 * runs once or is refused.
 */
final class Handover implements Runnable {
  private static final AtomicIntegerFieldUpdater<Handover> CLAIMED =
      AtomicIntegerFieldUpdater.newUpdater(Handover.class, "claimed");

  private final Runnable action;
  private volatile int claimed;

  Handover(Runnable action) {
    this.action = action;
  }

  /** Called by the loop. */
  @Override
  public void run() {
    if (claim()) {
      action.run();
    }
  }

  /** Called by the one who handed it over: whether it will never run. */
  boolean withdraw() {
    return claim();
  }

  private boolean claim() {
    return CLAIMED.compareAndSet(this, 0, 1);
  }
}
