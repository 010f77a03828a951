package dev.treadle;

import io.netty.util.concurrent.Future;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Awaiting on a thread that has no loop: the thread itself waits. */
final class OffLoop {
  private OffLoop() {}

  static <T extends @Nullable Object> T await(Awaitable<T> awaitable) {
    requireMayBlock();
    return get(awaitable.toCompletableFuture());
  }

  static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    requireMayBlock();
    return get(stage.toCompletableFuture());
  }

  static <T> @Nullable T await(Publisher<T> publisher) {
    requireMayBlock();
    Mono<T> first = publisher instanceof Mono<T> mono ? mono : Flux.from(publisher).next();
    return OffLoop.<@Nullable T>get(first.toFuture());
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
    return get(bridge);
  }

  private static void requireMayBlock() {
    if (Loop.isLoopThread(Thread.currentThread())) {
      throw new IllegalStateException(Loop.outsideTask("await()"));
    }
  }

  private static <T extends @Nullable Object> T get(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw Outcome.unchecked(e.getCause() == null ? e : e.getCause());
    } catch (CancellationException e) {
      // The future wraps the one it was given in one of its own.
      throw e.getCause() instanceof CancellationException original ? original : e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException("await() was interrupted", e);
    }
  }
}
