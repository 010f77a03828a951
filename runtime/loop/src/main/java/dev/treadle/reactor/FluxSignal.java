package dev.treadle.reactor;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a task awaits until the other side of a subscription has done something, on whatever thread
 * that may be.
 */
final class FluxSignal extends CompletableFuture<@Nullable Void> {
  private final Object waitingFor;

  FluxSignal(Object waitingFor) {
    this.waitingFor = waitingFor;
  }

  /** Any thread. */
  void signal() {
    complete(null);
  }

  /** As the task dump shows it. */
  @Override
  public String toString() {
    return waitingFor.toString();
  }
}
