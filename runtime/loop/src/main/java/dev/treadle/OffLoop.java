package dev.treadle;

import dev.treadle.internal.SubscriberContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Awaiting on a thread that has no loop: the thread itself waits. */
final class OffLoop {
  private OffLoop() {}

  static <T extends @Nullable Object> T await(Awaitable<T> awaitable) {
    requireMayBlock();
    awaitable.observed();
    Blocked<T> blocked = new Blocked<>(awaitable);
    Inlet inlet = awaitable.loop().inlet;
    inlet.runAlways(blocked::begin);
    try {
      return get(blocked.future, awaitable);
    } finally {
      if (!blocked.future.isDone()) {
        inlet.runAlways(blocked::giveUp);
      }
    }
  }

  static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    requireMayBlock();
    return get(stage.toCompletableFuture(), stage);
  }

  static <T> @Nullable T await(Publisher<T> publisher) {
    requireMayBlock();
    Mono<T> first = publisher instanceof Mono<T> mono ? mono : Flux.from(publisher).next();
    Mono<T> inContext = first.contextWrite(SubscriberContext.current());
    return OffLoop.<@Nullable T>get(inContext.toFuture(), publisher);
  }

  static <T extends @Nullable Object> T await(Future<T> future) {
    requireMayBlock();
    CompletableFuture<T> bridge = new CompletableFuture<>();
    future.addListener(
        (Future<T> done) -> {
          if (done.isSuccess()) {
            bridge.complete(done.getNow());
          } else {
            bridge.completeExceptionally(done.cause());
          }
        });
    return get(bridge, future);
  }

  private static void requireMayBlock() {
    if (Loop.isLoopThread(Thread.currentThread())) {
      throw LoopErrors.outsideTask("await()");
    }
  }

  private static <T extends @Nullable Object> T get(CompletableFuture<T> future, Object source) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable failure = e.getCause() == null ? e : e.getCause();
      note(failure, source);
      throw Outcome.unchecked(failure);
    } catch (CancellationException e) {
      // The future wraps the one it was given in one of its own.
      throw e.getCause() instanceof CancellationException original ? original : e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException("await() was interrupted", e);
    }
  }

  private static void note(Throwable failure, Object source) {
    Outcome<?> outcome = source instanceof Awaitable<?> awaitable ? awaitable.outcome() : null;
    if (outcome == null) {
      AwaitedFrom.note(failure, source);
    } else if (outcome.isUntraced()) {
      AwaitedFrom.note(outcome.untraced(), source);
    }
  }

  /** A thread's wait for an awaitable, on the loop of that. */
  private static final class Blocked<T extends @Nullable Object>
      implements Consumer<Outcome<T>>, Awaiter {
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final Thread thread = Thread.currentThread();
    private final Awaitable<T> awaitable;
    private @Nullable Wait callback;

    Blocked(Awaitable<T> awaitable) {
      this.awaitable = awaitable;
    }

    void begin() {
      callback = awaitable.whenDone(this);
    }

    void giveUp() {
      awaitable.forget(callback);
    }

    @Override
    public void accept(Outcome<T> outcome) {
      outcome.completeInto(awaitable, future);
    }

    @Override
    public String describeAwaiter() {
      return "thread '" + thread.getName() + "'";
    }
  }
}
