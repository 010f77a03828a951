package dev.treadle.reactor;

import dev.treadle.Loop;
import dev.treadle.Treadle;
import dev.treadle.WaitQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a task waits in until the other side of a subscription has done something, on whatever
 * thread. Used once.
 */
final class FluxSignal extends CompletableFuture<@Nullable Void> {
  private final Loop loop;
  private final String operation;
  private final Object owner;

  /** Null where the other side may be outside the loop: then this is waited for as a future. */
  private final @Nullable WaitQueue<@Nullable Void> inside;

  /**
   * A signal, on the loop's thread.
   *
   * @param operation what the task is doing, for the task dump
   * @param owner what it is doing it to
   * @param local whether the other side is of the same loop: an idle virtual clock jumps
   */
  FluxSignal(Loop loop, String operation, Object owner, boolean local) {
    this.loop = loop;
    this.operation = operation;
    this.owner = owner;
    this.inside = local ? new WaitQueue<>() : null;
  }

  void await() {
    if (inside == null) {
      Treadle.await(this);
    } else {
      inside.park(operation, owner, null);
    }
  }

  /** Wakes the task that waits. Any thread. */
  void signal() {
    if (inside == null) {
      complete(null);
    } else if (loop.isLoopThread()) {
      inside.wake(null);
    } else {
      try {
        loop.execute(() -> inside.wake(null));
      } catch (RejectedExecutionException closed) {
        // With the loop its tasks have ended.
      }
    }
  }

  /** As the task dump shows it. */
  @Override
  public String toString() {
    return operation + " of " + owner;
  }
}
