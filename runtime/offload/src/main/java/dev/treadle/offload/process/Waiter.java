package dev.treadle.offload.process;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A future that tells when nobody waits for it any more, and what for in a dump. */
final class Waiter<T extends @Nullable Object> extends CompletableFuture<T> {
  private final String what;
  private final Runnable onCancel;

  Waiter(String what, Runnable onCancel) {
    this.what = what;
    this.onCancel = onCancel;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      onCancel.run();
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  @Override
  public String toString() {
    return what;
  }
}
