package dev.treadle.offload.process;

import dev.treadle.Awaitable;
import dev.treadle.Deferred;
import dev.treadle.Hold;
import dev.treadle.Loop;
import java.util.concurrent.CompletableFuture;

/** A future as an awaitable of the loop, which knows that it comes from outside. */
final class Sentinel {
  private Sentinel() {}

  static <T> Awaitable<T> of(CompletableFuture<T> future, String what) {
    Deferred<T> sentinel = new Deferred<>();
    if (future.isDone()) {
      sentinel.complete(future.join());
      return sentinel;
    }
    Hold hold = Loop.current().hold(what);
    future.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            sentinel.complete(value);
          } else {
            sentinel.fail(failure);
          }
          hold.close();
        });
    return sentinel;
  }
}
