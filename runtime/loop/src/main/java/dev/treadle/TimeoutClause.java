package dev.treadle;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Happens when a time has passed since the select began. */
final class TimeoutClause<T extends @Nullable Object> extends Clause<T> {
  private final Duration timeout;
  private final Callable<? extends T> body;

  TimeoutClause(Duration timeout, Callable<? extends T> body) {
    this.timeout = Objects.requireNonNull(timeout, "timeout");
    this.body = Objects.requireNonNull(body, "body");
  }

  @Override
  boolean isReady() {
    return !timeout.isPositive();
  }

  @Override
  Callable<T> take(Task<?> task) {
    return body::call;
  }

  @Override
  Wait link(Selection<T> selection, int index) {
    Loop loop = selection.task.loop();
    Expiry expiry = new Expiry(loop, () -> selection.happened(index, body::call));
    loop.timers.add(expiry, loop.deadlineAfter(timeout));
    return expiry;
  }

  @Override
  String describe() {
    return "timeout of " + timeout;
  }

  private static final class Expiry extends Timer implements Wait {
    private final Loop loop;
    private final Runnable expired;

    Expiry(Loop loop, Runnable expired) {
      this.loop = loop;
      this.expired = expired;
    }

    @Override
    void fire() {
      expired.run();
    }

    @Override
    public boolean abandon() {
      loop.timers.remove(this);
      return true;
    }

    @Override
    public String describe() {
      return "timeout";
    }
  }
}
