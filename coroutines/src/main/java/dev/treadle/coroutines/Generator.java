package dev.treadle.coroutines;

import dev.treadle.coroutines.internal.JvmFlags;
import dev.treadle.coroutines.internal.Stepper;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sequence produced by plain code that is suspended at each {@code yield} (PEP 255).
 *
 * {@snippet :
 * try (var words = Generator.<String>of(y -> { y.yield("Hello"); y.yield("World"); })) {
 *   for (String word : words) System.out.println(word);
 * }
 * }
 *
 * <p>The body runs on the thread that steps it and only while it is stepped: {@link #hasNext} and
 * {@link #next} run it to its next yield. It is one-shot: {@link #iterator} returns this generator.
 * Elements may be null where {@code T} says so. Inside a task the body may await, which suspends
 * the task together with the generator.
 *
 * <p>It may be stepped from one thread or task after another, never from two at once. A step while
 * it runs (from its own body, or by another task while the body awaits) is refused with an {@code
 * IllegalStateException} that names who runs it.
 *
 * <p>A failure of the body comes out of the step it happened in: an unchecked one as itself, a
 * checked one as the cause of a {@link java.util.concurrent.CompletionException}. After it the
 * generator has ended.
 *
 * <p>A generator that is dropped half-way outside a task is collected like any object; its {@code
 * finally} blocks run only if it is closed. In a task it is closed with the scope or the generator
 * body it was made in, the youngest first, at the latest with the task (PEP 533); a step after that
 * is refused. One that moves on to another thread is not.
 *
 * <p>Its {@code ScopedValue} bindings are those of the code that created it.
 *
 * @param <T> the elements
 */
public final class Generator<T extends @Nullable Object>
    implements Iterator<T>, Iterable<T>, AutoCloseable {
  final Stepper stepper;

  private Generator(Body<T> body) {
    stepper =
        new Stepper(
            "Generator",
            false,
            self -> {
              body.run(new Yielder<>(self));
              return null;
            });
  }

  /**
   * A generator whose body has not started.
   *
   * @throws IllegalStateException naming the JVM flags that are missing
   */
  public static <T extends @Nullable Object> Generator<T> of(Body<T> body) {
    JvmFlags.require();
    return new Generator<>(body);
  }

  /**
   * Runs the body to its next yield, unless an element is already waiting.
   *
   * @return whether there is another element
   */
  @Override
  public boolean hasNext() {
    return stepper.isReady() || stepper.advance(null, null);
  }

  /**
   * The next element.
   *
   * @throws NoSuchElementException when the body has ended
   */
  @Override
  @SuppressWarnings({"unchecked", "NullAway"})
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no more elements: generator=" + this + "; ask hasNext()");
    }
    return (T) stepper.take();
  }

  /** This generator: it can be iterated once. */
  @Override
  public Iterator<T> iterator() {
    return this;
  }

  /** The remaining elements as an unsized, ordered spliterator. */
  @Override
  public Spliterator<T> spliterator() {
    return Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED);
  }

  /**
   * The remaining elements as a lazy, sequential stream; closing the stream closes this generator.
   */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false).onClose(this::close);
  }

  /**
   * Ends the generator: raises {@link GeneratorExit} at the yield where the body is suspended, runs
   * its {@code finally} blocks, and releases its stack. A body that never started is not run; a
   * generator that has ended is left alone. An element that {@link #hasNext} fetched is dropped.
   *
   * @throws IllegalStateException when the body yields again, and then it is still suspended there;
   *     or when it is running
   */
  @Override
  public void close() {
    stepper.close();
  }

  /** Whether the body has ended and no element is waiting. Runs nothing. */
  public boolean isDone() {
    return stepper.isDone() && !stepper.isReady();
  }

  /**
   * The body's frames where it is suspended, innermost first; with those of the generators it
   * delegates to. Empty when it has not started or has ended.
   */
  public StackTraceElement[] getStackTrace() {
    return stepper.stackTrace();
  }

  /** The state, with the place where the body is suspended. */
  @Override
  public String toString() {
    return stepper.toString();
  }

  /** What a generator does; it ends by returning. */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /**
     * Yields the elements in order.
     *
     * @throws Exception any failure; it comes out of the step
     */
    void run(Yielder<T> y) throws Exception;
  }

  /** The body's side of a generator; only the body itself may use it. */
  public static final class Yielder<T extends @Nullable Object> {
    private final Stepper stepper;

    private Yielder(Stepper stepper) {
      this.stepper = stepper;
    }

    /**
     * Hands an element to whoever steps the generator, and suspends the body until the next step.
     *
     * @throws GeneratorExit when the generator is closed while suspended here
     * @throws IllegalStateException when called from outside the generator's own body, or inside a
     *     cancel scope or group that the body has opened (PEP 789); nothing is suspended
     * @throws PinnedException when the stack cannot leave the thread; nothing is suspended
     */
    public void yield(T element) {
      stepper.yield(element);
    }

    /**
     * Yields each element of {@code source} as if the body did (PEP 380). Generators nested to any
     * depth cost one switch per element. An iterator that is {@code AutoCloseable} is closed when
     * this generator is.
     *
     * @throws IllegalStateException as {@link #yield}, or when {@code source} is a generator that
     *     is running
     */
    public void yieldFrom(Iterable<? extends T> source) {
      Delegation.yieldFrom(stepper, source);
    }

    /**
     * Yields what {@code sub} yields and gives what it returns.
     *
     * @throws IllegalStateException as {@link #yield}, or when {@code sub} is running or ended
     *     without a result
     */
    public <R extends @Nullable Object> R yieldFrom(Coroutine<?, ? extends T, ? extends R> sub) {
      stepper.delegateTo(sub.stepper);
      return sub.result();
    }
  }
}
