package dev.treadle.offload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived from any thread, for one who takes it and waits for more.
 *
 * @param <P> what arrives
 */
final class Arrivals<P> {
  private final String waited;
  private final Deque<P> arrived = new ArrayDeque<>();
  private @Nullable CompletableFuture<@Nullable Void> signal;

  Arrivals(String waited) {
    this.waited = waited;
  }

  /**
   * Any thread.
   *
   * @param keep whether {@link #poll} is to give it; else it is only told
   */
  void arrive(P next, boolean keep) {
    CompletableFuture<@Nullable Void> waiting;
    synchronized (this) {
      if (keep) {
        arrived.add(next);
      }
      waiting = signal;
      signal = null;
    }
    // Not with the lock: what depends on it runs here.
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  /** Done with the next arrival after this; to be had before the look at what is there. */
  synchronized CompletableFuture<@Nullable Void> signal() {
    CompletableFuture<@Nullable Void> waiting = signal;
    if (waiting == null || waiting.isDone()) {
      waiting = new Signal(waited);
      signal = waiting;
    }
    return waiting;
  }

  synchronized @Nullable P poll() {
    return arrived.poll();
  }

  synchronized boolean isAny() {
    return !arrived.isEmpty();
  }

  /** Says in a dump what is waited for. */
  private static final class Signal extends CompletableFuture<@Nullable Void> {
    private final String waited;

    Signal(String waited) {
      this.waited = waited;
    }

    @Override
    public String toString() {
      return waited;
    }
  }
}
