package dev.treadle.reactor;

import dev.treadle.Block;
import dev.treadle.Loop;
import dev.treadle.Task;
import dev.treadle.Treadle;
import dev.treadle.coroutines.Generator;
import dev.treadle.internal.SubscriberContext;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The door between tasks and Reactor, made to be imported statically. {@link
 * Treadle#await(Publisher)} waits for one value, {@link #iterate} goes through all; {@link #flux}
 * and {@link #mono} make publishers of task bodies; {@link Loop#scheduler()} is a loop for
 * Reactor's operators.
 *
 * {@snippet :
 * Flux<Integer> squares = flux(out -> {
 *   for (int n = 1; n <= 3; n++) {
 *     sleep(ofSeconds(1));
 *     out.emit(n * n);                          // suspends until it is requested
 *   }
 * });
 * for (int square : iterate(squares)) System.out.println(square);
 * }
 *
 * <p>A publisher made here is cold: each subscription starts a task of the loop's own group, and
 * cancelling it cancels that task. It may be subscribed to, requested from and cancelled on any
 * thread; what follows comes on the loop's. The body has the {@code ScopedValue} bindings of the
 * code that made the publisher, and {@link #context()} is the subscriber's.
 *
 * <p>A Reactor context goes along in the other direction, too: {@link Treadle#await(Publisher)} and
 * {@link #iterate} subscribe with {@link #context()}.
 */
public final class Reactive {
  private Reactive() {}

  /**
   * The publisher's elements for a {@code for} loop in the current task, prefetching at most {@link
   * Queues#XS_BUFFER_SIZE} of them (32).
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <T> FluxIterator<T> iterate(Publisher<? extends T> source) {
    return iterate(source, Queues.XS_BUFFER_SIZE);
  }

  /**
   * The same with another prefetch.
   *
   * @param prefetch how many elements to ask for ahead, at most; {@link Integer#MAX_VALUE} for all
   * @throws IllegalArgumentException if it is not positive
   */
  public static <T> FluxIterator<T> iterate(Publisher<? extends T> source, int prefetch) {
    Objects.requireNonNull(source, "source");
    if (prefetch <= 0) {
      throw new IllegalArgumentException(
          "prefetch must be positive: prefetch=" + prefetch + "; one element at a time is 1");
    }
    return new FluxIterator<>(Loop.current(), source, prefetch);
  }

  /**
   * A flux of what the body emits, of the loop on this thread. The body runs one element ahead of
   * the requests: it is suspended in {@link Emitter#emit} until that element is requested.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <T> Flux<T> flux(Emitter.Body<T> body) {
    return flux(Loop.current(), body);
  }

  /** The same of the given loop. Any thread. */
  public static <T> Flux<T> flux(Loop loop, Emitter.Body<T> body) {
    return new TaskFlux<>(loop, "flux", Objects.requireNonNull(body, "body"));
  }

  /**
   * A flux of what a generator yields, of the loop on this thread. Each subscription makes one, in
   * its task; it is stepped as elements are requested, one ahead, and closed at the end or when the
   * subscription is cancelled.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <T> Flux<T> fromGenerator(Supplier<Generator<T>> generators) {
    return fromGenerator(Loop.current(), generators);
  }

  /** The same of the given loop. Any thread. */
  public static <T> Flux<T> fromGenerator(Loop loop, Supplier<Generator<T>> generators) {
    Objects.requireNonNull(generators, "generators");
    return flux(
        loop,
        out -> {
          try (Generator<T> generator = generators.get()) {
            for (T element : generator) {
              out.emit(element);
            }
          }
        });
  }

  /**
   * A mono of the body's value, empty if that is null, of the loop on this thread. In contrast to
   * {@link Task#toMono} nothing runs before it is subscribed to, and each subscriber gets a task of
   * its own, which is cancelled when the subscription is.
   *
   * @throws IllegalStateException if no loop runs on this thread
   */
  public static <T> Mono<T> mono(Callable<? extends @Nullable T> body) {
    return mono(Loop.current(), body);
  }

  /** The same of the given loop. Any thread. */
  public static <T> Mono<T> mono(Loop loop, Callable<? extends @Nullable T> body) {
    Objects.requireNonNull(body, "body");
    return Mono.fromDirect(
        new TaskFlux<T>(
            loop,
            "mono",
            out -> {
              T value = body.call();
              if (value != null) {
                out.emit(value);
              }
            }));
  }

  /**
   * The Reactor context of the current code: in the body of a {@link #flux} or {@link #mono} the
   * subscriber's, in {@link #withContext} the one given, both also in the tasks spawned there; with
   * what {@link #carry} adds. Empty elsewhere. Any thread.
   */
  public static ContextView context() {
    return SubscriberContext.current();
  }

  /**
   * Runs the body with these entries in addition to those of {@link #context()}, for the publishers
   * it awaits and iterates over. Any thread; suspends where the body does.
   *
   * @throws X what the body throws
   */
  public static <T extends @Nullable Object, X extends Exception> T withContext(
      ContextView entries, Block<T, X> body) throws X {
    Context context = SubscriberContext.current().putAll(entries);
    return SubscriberContext.binding(context).<T, X>call(body::run);
  }

  /**
   * Makes a {@code ScopedValue} and a key of Reactor contexts one: from now on, what the value is
   * bound to is in the context of each publisher that a task awaits or iterates over, and what the
   * key has in a subscriber's context is bound in the body of a {@link #flux} or {@link #mono}.
   * With {@code io.micrometer:context-propagation} on the class path, Reactor's {@code
   * contextCapture()} takes it along, too. Once for all loops of the JVM, at the start of the
   * program. Any thread.
   *
   * @return ends that when disposed
   * @throws IllegalStateException if another value has that key
   */
  public static <T> Disposable carry(Object key, ScopedValue<T> value) {
    return SubscriberContext.carry(
        Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
  }
}
