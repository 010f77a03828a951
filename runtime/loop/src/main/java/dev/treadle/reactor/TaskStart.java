package dev.treadle.reactor;

import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.coroutines.internal.Fiber;
import dev.treadle.internal.SubscriberContext;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * How the task of a subscription is started, perhaps long after and far from where its publisher
 * was made: with the {@code ScopedValue} bindings of that place, and the subscriber's context.
 */
final class TaskStart {
  final Loop loop;
  private final String name;
  private final @Nullable Object bindings = Fiber.currentBindings();

  TaskStart(Loop loop, String name) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
   */
  <T extends @Nullable Object> Task<T> start(ContextView context, Callable<T> body) {
    AtomicReference<@Nullable Task<T>> task = new AtomicReference<>();
    // A task takes the bindings of the code that submits it.
    Fiber.runWith(
        bindings,
        () -> SubscriberContext.binding(context).run(() -> task.set(loop.submit(name, body))));
    return Objects.requireNonNull(task.get());
  }
}
