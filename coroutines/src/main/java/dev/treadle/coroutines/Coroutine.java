package dev.treadle.coroutines;

import dev.treadle.coroutines.internal.JvmFlags;
import dev.treadle.coroutines.internal.Stepper;
import org.jspecify.annotations.Nullable;

/**
 * A body that is suspended at each {@code yield}, gives a value out there and is sent one in (PEP
 * 342), and may hand all of that to another coroutine (PEP 380).
 *
 * {@snippet :
 * var average = Coroutine.<Double, Double, Void>of(c -> {
 *   double sum = 0;
 *   Double out = null;
 *   for (int n = 1; ; n++) { sum += c.yield(out); out = sum / n; }
 * });
 * average.next();      // runs to the first yield
 * average.send(10.0);  // 10.0
 * average.send(20.0);  // 15.0
 * }
 *
 * <pre>{@code
 *            next()             yield
 * CREATED ----------> RUNNING ----------> SUSPENDED
 *    |                |  |  ^                 |
 *    | close()        |  |  +-----------------+  next() send() throwInto() close()
 *    |                |  |
 *    |        returns |  | throws
 *    v                v  v
 * CLOSED       RETURNED  FAILED, or CLOSED if what it throws is GeneratorExit
 *
 * throwInto() on CREATED leads to FAILED; from RETURNED, FAILED and CLOSED nothing leads away.
 * }</pre>
 *
 * <p>While its body awaits inside a task a coroutine is still RUNNING. Threads, tasks, failures,
 * {@code ScopedValue} bindings and collection are as for {@link Generator}.
 *
 * @param <S> what is sent in; {@link #next} sends null
 * @param <Y> what is yielded
 * @param <R> what the body returns
 */
public final class Coroutine<
        S extends @Nullable Object, Y extends @Nullable Object, R extends @Nullable Object>
    implements AutoCloseable {
  final Stepper stepper;

  private Coroutine(Body<S, Y, R> body) {
    stepper = new Stepper("Coroutine", true, self -> body.run(new Yielder<>(self)));
  }

  /**
   * A coroutine whose body has not started.
   *
   * @throws IllegalStateException naming the JVM flags that are missing
   */
  public static <S extends @Nullable Object, Y extends @Nullable Object, R extends @Nullable Object>
      Coroutine<S, Y, R> of(Body<S, Y, R> body) {
    JvmFlags.require();
    return new Coroutine<>(body);
  }

  /**
   * Starts the body, or resumes it as if null were sent, and gives what it yields next.
   *
   * @throws StopIteration with what the body returned, if it returns; without a value if it had
   *     ended before
   * @throws IllegalStateException when it is running
   */
  public Y next() {
    return step(null, null);
  }

  /**
   * Resumes the body with {@code value} as the result of its yield, and gives what it yields next.
   *
   * @throws StopIteration as {@link #next}
   * @throws IllegalStateException when it is running; or has not started, and {@code value} is not
   *     null: no yield is there to receive it
   */
  public Y send(S value) {
    if (value != null) {
      stepper.requireStarted(value);
    }
    return step(value, null);
  }

  /**
   * Raises {@code failure} itself at the yield where the body is suspended, and gives what the body
   * yields next. A body that has not started is not run: the coroutine fails. {@link GeneratorExit}
   * closes the coroutines it delegates to first.
   *
   * @throws StopIteration if the body catches it and returns
   * @throws RuntimeException the failure, if the body does not catch it or has ended; a checked one
   *     is wrapped once, in a {@link java.util.concurrent.CompletionException}
   */
  public Y throwInto(Throwable failure) {
    return step(null, failure);
  }

  @SuppressWarnings({"unchecked", "NullAway"})
  private Y step(@Nullable Object sent, @Nullable Throwable thrown) {
    if (stepper.isDone() && thrown == null) {
      throw new StopIteration(null);
    }
    if (stepper.advance(sent, thrown)) {
      return (Y) stepper.take();
    }
    throw new StopIteration(stepper.result());
  }

  /**
   * Ends the coroutine: raises {@link GeneratorExit} at the yield where the body is suspended, runs
   * its {@code finally} blocks, and releases its stack. A body that catches it and returns leaves
   * its value in {@link #result}. A body that never started is not run; a coroutine that has ended
   * is left alone.
   *
   * @throws IllegalStateException when the body yields again, and then it is still suspended there;
   *     or when it is running
   */
  @Override
  public void close() {
    stepper.close();
  }

  /** Whether the body has ended. */
  public boolean isDone() {
    return stepper.isDone();
  }

  /**
   * What the body returned.
   *
   * @throws IllegalStateException when it has not ended, was closed before it returned, or failed:
   *     the failure is the cause
   */
  @SuppressWarnings({"unchecked", "NullAway"})
  public R result() {
    return (R) stepper.result();
  }

  /** Where it is in its life; RETURNED is when {@link #result} answers. */
  public State state() {
    return stepper.state();
  }

  /**
   * The body's frames where it is suspended, innermost first; with those of the coroutines it
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

  /** The life of a coroutine, as drawn in {@link Coroutine}. */
  public enum State {
    /** The body has not started. */
    CREATED,
    /** The body is suspended at a yield. */
    SUSPENDED,
    /** The body runs, or awaits inside a task. */
    RUNNING,
    /** The body returned. */
    RETURNED,
    /** The body threw. */
    FAILED,
    /** Closed before the body returned. */
    CLOSED
  }

  /** What a coroutine does; it ends by returning. */
  @FunctionalInterface
  public interface Body<
      S extends @Nullable Object, Y extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Runs between the steps.
     *
     * @throws Exception any failure; it comes out of the step
     */
    R run(Yielder<S, Y> c) throws Exception;
  }

  /** The body's side of a coroutine; only the body itself may use it. */
  public static final class Yielder<S extends @Nullable Object, Y extends @Nullable Object> {
    private final Stepper stepper;

    private Yielder(Stepper stepper) {
      this.stepper = stepper;
    }

    /**
     * Hands a value to whoever steps the coroutine, and suspends the body until the next step.
     * Whatever {@link Coroutine#throwInto} is given is thrown here, checked or not.
     *
     * @return what was sent; null after {@link Coroutine#next}
     * @throws GeneratorExit when the coroutine is closed while suspended here
     * @throws IllegalStateException when called from outside the coroutine's own body, or inside a
     *     cancel scope or group that the body has opened (PEP 789); nothing is suspended
     * @throws PinnedException when the stack cannot leave the thread; nothing is suspended
     */
    @SuppressWarnings({"unchecked", "NullAway"})
    public S yield(Y value) {
      return (S) stepper.yield(value);
    }

    /**
     * Hands the coroutine over to {@code sub} until that ends: values sent, exceptions thrown and
     * close go to {@code sub}, what it yields comes out (PEP 380). Coroutines nested to any depth
     * cost one switch per step.
     *
     * @return what {@code sub} returned, also when it had returned before
     * @throws IllegalStateException as {@link #yield}, or when {@code sub} is running or ended
     *     without a result
     */
    public <R extends @Nullable Object> R yieldFrom(
        Coroutine<? super S, ? extends Y, ? extends R> sub) {
      stepper.delegateTo(sub.stepper);
      return sub.result();
    }

    /**
     * Yields each element of {@code source}. Sending anything but null meanwhile fails here: an
     * iterator has no {@code send}. An iterator that is {@code AutoCloseable} is closed when this
     * coroutine is.
     *
     * @throws IllegalStateException as {@link #yield}, or when something is sent, or when {@code
     *     source} is a generator that is running
     */
    public void yieldFrom(Iterable<? extends Y> source) {
      Delegation.yieldFrom(stepper, source);
    }
  }
}
