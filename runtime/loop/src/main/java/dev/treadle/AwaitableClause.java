package dev.treadle;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Happens when an awaitable is done. */
final class AwaitableClause<V extends @Nullable Object, T extends @Nullable Object>
    extends Clause<T> {
  private final Awaitable<V> awaitable;
  private final Handler<? super V, ? extends T> handler;

  AwaitableClause(Awaitable<V> awaitable, Handler<? super V, ? extends T> handler) {
    this.awaitable = Objects.requireNonNull(awaitable, "awaitable");
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  void require(Loop loop) {
    Arrivals.requireOf(loop, awaitable);
  }

  @Override
  boolean isReady() {
    return awaitable.isDone();
  }

  @Override
  Callable<T> take(Task<?> task) {
    return () -> {
      awaitable.observed();
      return handler.handle(awaitable.park(task).get(awaitable, task));
    };
  }

  @Override
  @Nullable Wait link(Selection<T> selection, int index) {
    Wait callback = awaitable.whenDone(outcome -> selection.happened(index, take(selection.task)));
    return callback == null ? null : new Callback(awaitable, callback);
  }

  @Override
  String describe() {
    return "await " + awaitable.describe();
  }

  private record Callback(Awaitable<?> awaitable, Wait callback) implements Wait {
    @Override
    public boolean abandon() {
      awaitable.forget(callback);
      return true;
    }

    @Override
    public String describe() {
      return callback.describe();
    }
  }
}
