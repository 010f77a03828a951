package dev.treadle;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Happens when the place in a queue is woken. */
final class QueueClause<E extends @Nullable Object, T extends @Nullable Object> extends Clause<T> {
  private final WaitQueue<E> queue;
  private final String operation;
  private final Object owner;
  private final @Nullable Object payload;
  private final BooleanSupplier ready;
  private final Supplier<E> now;
  private final Handler<? super E, ? extends T> handler;

  QueueClause(
      WaitQueue<E> queue,
      String operation,
      Object owner,
      @Nullable Object payload,
      BooleanSupplier ready,
      Supplier<E> now,
      Handler<? super E, ? extends T> handler) {
    this.queue = queue;
    this.operation = Objects.requireNonNull(operation, "operation");
    this.owner = Objects.requireNonNull(owner, "owner");
    this.payload = payload;
    this.ready = Objects.requireNonNull(ready, "ready");
    this.now = Objects.requireNonNull(now, "now");
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  boolean isReady() {
    return ready.getAsBoolean();
  }

  @Override
  Callable<T> take(Task<?> task) {
    return then(now.get());
  }

  @Override
  Wait link(Selection<T> selection, int index) {
    return queue.addCallback(handed -> selection.happened(index, then(handed)), payload);
  }

  private Callable<T> then(E handed) {
    return () -> handler.handle(handed);
  }

  @Override
  String describe() {
    return operation + " " + Awaitable.describe(owner);
  }
}
