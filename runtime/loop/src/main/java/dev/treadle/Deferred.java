package dev.treadle;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value somebody will give later, or fail to: asyncio's {@code Future}, Kotlin's {@code
 * CompletableDeferred}. Wait for it with {@link Treadle#await(Awaitable)}. Completing is for any
 * thread; who waits runs in the loop's next turn.
 *
 * @param <T> the value's type
 */
public final class Deferred<T extends @Nullable Object> extends Awaitable<T> {
  private final Loop loop;

  /**
   * A deferred of the loop that runs on this thread.
   *
   * @throws IllegalStateException if none does
   */
  public Deferred() {
    this(Loop.current());
  }

  /** A deferred of the given loop. Any thread. */
  public Deferred(Loop loop) {
    this.loop = Objects.requireNonNull(loop, "loop");
    Origins.note(this, loop);
  }

  /**
   * Gives the value. Any thread.
   *
   * @return false if there was an outcome already, which stays
   */
  public boolean complete(T value) {
    return complete(Outcome.value(value));
  }

  /**
   * Gives a failure, which await rethrows. Any thread.
   *
   * @return false if there was an outcome already, which stays
   */
  public boolean fail(Throwable failure) {
    return complete(Outcome.failure(Objects.requireNonNull(failure, "failure")));
  }

  /**
   * Says that there will be no value: await throws {@link
   * java.util.concurrent.CancellationException}. Any thread.
   *
   * @return false if there was an outcome already, which stays
   */
  public boolean cancel() {
    return complete(Outcome.cancelled());
  }

  private boolean complete(Outcome<T> result) {
    if (!tryComplete(result)) {
      return false;
    }
    if (loop.isLoopThread() && !loop.isClosed()) {
      tellWaiters();
    } else {
      loop.inlet.runAlways(this::tellWaiters);
    }
    return true;
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  String describe() {
    return toString();
  }

  @Override
  public String toString() {
    Outcome<T> outcome = outcome();
    String state =
        outcome == null
            ? "pending"
            : outcome.isCancelled() ? "cancelled" : outcome.isValue() ? "done" : "failed";
    return "Deferred@"
        + Integer.toHexString(System.identityHashCode(this))
        + "["
        + state
        + "]"
        + Origins.suffix(this);
  }
}
