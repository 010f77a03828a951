package dev.treadle;

import dev.treadle.internal.LoopSource;
import dev.treadle.internal.SubscriberContext;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** A task's wait for something that other code completes, perhaps on another thread. */
final class Bridge<T extends @Nullable Object> implements Wait, Awaiter, Consumer<Outcome<T>> {
  private final Task<?> task;
  private final Object source;
  private @Nullable Runnable canceller;
  private @Nullable Outcome<T> outcome;
  private boolean parked;
  private boolean abandoned;

  /** Whether somebody outside the loop may complete it. */
  private boolean foreign = true;

  private Bridge(Task<?> task, Object source) {
    this.task = task;
    this.source = source;
  }

  /** Waits for an awaitable of another loop. */
  static <T extends @Nullable Object> T await(Task<?> task, Awaitable<T> foreign) {
    Bridge<T> bridge = new Bridge<>(task, foreign);
    foreign.observed();
    // Written and read on the other loop's thread.
    AtomicReference<@Nullable Wait> callback = new AtomicReference<>();
    Loop home = foreign.loop();
    home.inlet.runAlways(() -> callback.set(foreign.whenDone(bridge)));
    bridge.canceller = () -> home.inlet.runAlways(() -> foreign.forget(callback.get()));
    return bridge.await();
  }

  /** Waits for a stage; cancelling the task cancels it if it is a {@link CompletableFuture}. */
  static <T extends @Nullable Object> T await(Task<?> task, CompletionStage<T> stage) {
    task.checkCancelled();
    Bridge<T> bridge = new Bridge<>(task, stage);
    if (stage instanceof CompletableFuture<T> future) {
      bridge.canceller = () -> future.cancel(true);
    }
    stage.whenComplete(
        (value, failure) ->
            bridge.complete(
                failure == null ? Outcome.value(value) : Outcome.failure(cause(failure))));
    return bridge.await();
  }

  /** Waits for a Netty future; cancelling the task cancels it. */
  static <T extends @Nullable Object> T await(Task<?> task, Future<T> future) {
    task.checkCancelled();
    Bridge<T> bridge = new Bridge<>(task, future);
    bridge.canceller = () -> future.cancel(false);
    bridge.foreign = !isOfOwnChannel(task.loop(), future);
    future.addListener(
        (Future<T> done) ->
            bridge.complete(
                done.isSuccess() ? Outcome.value(done.getNow()) : Outcome.failure(done.cause())));
    return bridge.await();
  }

  /**
   * Waits for the first value, null if there is none; cancelling the task cancels the subscription.
   */
  static <T> @Nullable T await(Task<?> task, Publisher<T> publisher) {
    task.checkCancelled();
    Bridge<@Nullable T> bridge = new Bridge<>(task, publisher);
    First<T> first = new First<>(bridge, !(publisher instanceof Mono));
    bridge.canceller = first::cancel;
    publisher.subscribe(first);
    return bridge.await();
  }

  /** The loop knows what its channels are waiting for better than by this. */
  private static boolean isOfOwnChannel(Loop loop, Future<?> future) {
    return future instanceof ChannelFuture ofChannel
        && ofChannel.channel().isRegistered()
        && ofChannel.channel().eventLoop() == loop.nettyLoop();
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  @Override
  public void accept(Outcome<T> result) {
    complete(result);
  }

  private void complete(Outcome<T> result) {
    if (task.loop().isLoopThread()) {
      arrive(result);
    } else {
      task.loop().inlet.runAlways(() -> arrive(result));
    }
  }

  private void arrive(Outcome<T> result) {
    if (outcome == null && !abandoned) {
      outcome = result;
      if (parked) {
        parked = false;
        task.wake();
      }
    }
  }

  private T await() {
    Outcome<T> arrived = outcome;
    if (arrived == null) {
      parked = true;
      Loop loop = task.loop();
      boolean outside = foreign;
      if (outside) {
        loop.foreign.begin();
      }
      try {
        task.park(this);
      } finally {
        if (outside) {
          loop.foreign.end();
        }
      }
      arrived = outcome;
    } else {
      task.checkCancelled();
    }
    if (arrived == null) {
      throw new AssertionError("woken without an outcome: awaited=" + source);
    }
    return arrived.get(source, task);
  }

  @Override
  public boolean abandon() {
    abandoned = true;
    parked = false;
    if (canceller != null) {
      try {
        canceller.run();
      } catch (Throwable failure) {
        // Code of others: it must not keep this task, or one cancelled with it, from ending.
        task.loop().reportFailure("cancelling what " + task.describe() + " awaited", failure);
      }
    }
    return true;
  }

  @Override
  public String describe() {
    return source instanceof Awaitable<?> foreign
        ? "await " + foreign.describe() + " of loop '" + foreign.loop().name() + "'"
        : "await " + source;
  }

  @Override
  public String describeAwaiter() {
    return task.describe() + " of loop '" + task.loop().name() + "'";
  }

  private static final class First<T> implements CoreSubscriber<T> {
    @SuppressWarnings("rawtypes") // A class literal has no type arguments.
    private static final AtomicReferenceFieldUpdater<First, @Nullable Subscription> SUBSCRIPTION =
        AtomicReferenceFieldUpdater.newUpdater(First.class, Subscription.class, "subscription");

    private final Bridge<@Nullable T> bridge;
    private final boolean cancelsAfterFirst;

    /** Set by whichever thread subscribes, perhaps after the task has gone. */
    private volatile @Nullable Subscription subscription;

    private final Context context = SubscriberContext.current();
    private @Nullable T value;

    First(Bridge<@Nullable T> bridge, boolean cancelsAfterFirst) {
      this.bridge = bridge;
      this.cancelsAfterFirst = cancelsAfterFirst;
    }

    void cancel() {
      Operators.terminate(SUBSCRIPTION, this);
    }

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription subscribed) {
      if (Operators.setOnce(SUBSCRIPTION, this, subscribed)) {
        if (bridge.task.loop().isLoopThread()) {
          bridge.foreign = !LoopSource.isOf(bridge.task.loop(), subscribed);
        }
        subscribed.request(cancelsAfterFirst ? 1 : Long.MAX_VALUE);
      }
    }

    @Override
    public void onNext(T next) {
      if (!cancelsAfterFirst) {
        value = next;
        return;
      }
      cancel();
      bridge.complete(Outcome.value(next));
    }

    @Override
    public void onError(Throwable failure) {
      bridge.complete(Outcome.failure(failure));
    }

    @Override
    public void onComplete() {
      bridge.complete(Outcome.value(value));
    }
  }
}
