package dev.treadle.offload;

import dev.treadle.Cancelled;
import dev.treadle.Result;
import dev.treadle.Treadle;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A map over any executor: its arguments are read, put together and submitted by whoever takes the
 * results. Confined to that task or thread; only the ends of calls come from elsewhere.
 *
 * @param <V> results, or what became of them
 */
final class Mapping<V extends @Nullable Object> implements Results<V>, Iterator<V> {
  private final OffloadExecutor executor;
  private final JobFunction<?, ?> function;
  private final Iterable<?> arguments;
  private final MapOptions options;
  private final boolean collects;
  private final String name;
  private final SequencedSet<Part> inFlight = new LinkedHashSet<>();
  private final Arrivals<Part> arrivals;

  private @Nullable ArgumentSource source;
  private @Nullable ChunkSize size;

  /** When the time is up, by {@link System#nanoTime}. */
  private long deadline;

  /** How many of the arguments in flight. */
  private long pending;

  /** Comes after the results that are in flight. */
  private @Nullable Throwable sourceFailure;

  /** The results at hand, see {@link Chunk#pack}, and which argument the first belongs to. */
  private Object results = new Object[0];

  private int given;
  private int count;
  private long first;

  /** Whether they all stand for the one failure of their call, which says so itself. */
  private boolean failedTogether;

  private final long total;
  private volatile long taken;
  private volatile boolean ended;

  Mapping(
      OffloadExecutor executor,
      JobFunction<?, ?> function,
      Iterable<?> arguments,
      MapOptions options,
      boolean collects) {
    this.executor = executor;
    this.function = Objects.requireNonNull(function, "function");
    this.arguments = Objects.requireNonNull(arguments, "arguments");
    this.options = Objects.requireNonNull(options, "options");
    this.collects = collects;
    this.name = StepNames.of(function, options.each());
    this.arrivals = new Arrivals<>("map '" + name + "'");
    this.total = arguments instanceof Collection<?> all ? all.size() : 0;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Progress progress() {
    return new Progress(taken, total, "");
  }

  @Override
  public boolean isDone() {
    return ended;
  }

  @Override
  public Iterator<V> iterator() {
    if (source != null || ended) {
      throw new IllegalStateException(
          "iterator() of a map that was iterated or closed before: name="
              + name
              + "; call map(...) again");
    }
    source = new ArgumentSource(arguments.iterator());
    size = new ChunkSize(options, executor.parallelism());
    Duration timeout = options.timeout();
    if (timeout != null) {
      deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    }
    return this;
  }

  @Override
  public boolean hasNext() {
    return given < count || advance();
  }

  @Override
  public V next() {
    if (!hasNext()) {
      throw new NoSuchElementException("next() at the end of a map: name=" + name);
    }
    Object result = Chunk.get(results, given);
    given++;
    return value(result);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // What the function gave, or made of that.
  private V value(@Nullable Object result) {
    if (!(result instanceof StepFailure failed)) {
      return (V) (collects ? new Result.Success<>(result) : result);
    }
    long index = first + given - 1;
    Throwable failure = failed.failure();
    if (!failedTogether) {
      noted(failure, index, index);
    }
    if (collects) {
      return (V) new Result.Failure<>(failure);
    }
    throw ended(failure);
  }

  /** Makes the next results those at hand; false at the end. */
  private boolean advance() {
    taken += count;
    given = 0;
    count = 0;
    ArgumentSource reading = source;
    ChunkSize sizing = size;
    if (ended || reading == null || sizing == null) {
      return false;
    }
    try {
      Treadle.checkCancelled();
      requireTime();
      while (count == 0) {
        fill(reading, sizing);
        if (inFlight.isEmpty()) {
          Throwable failure = sourceFailure;
          if (failure != null) {
            throw Call.unchecked(failure);
          }
          close();
          return false;
        }
        open(arrived(), sizing);
      }
      return true;
    } catch (Throwable failure) {
      throw ended(failure);
    }
  }

  /** Reads and submits while there is room; not for long when there is something to give. */
  private void fill(ArgumentSource reading, ChunkSize sizing) {
    long began = System.nanoTime();
    while (!reading.isEnded() && sizing.hasRoom(inFlight.size(), pending)) {
      long index = reading.read();
      int most = sizing.next(pending, total - index);
      try {
        int read = reading.take(most);
        if (read > 0) {
          submit(reading.packed(), index, read);
        }
      } catch (Cancelled cancelled) {
        throw cancelled;
      } catch (Throwable failure) {
        sourceFailure = failure;
        reading.end();
      }
      Throwable failure = reading.failure();
      if (failure != null) {
        sourceFailure = failure;
      }
      if (System.nanoTime() - began > ArgumentSource.SLOW_NANOS && hasArrived()) {
        return;
      }
    }
  }

  private void submit(Object packed, long index, int length) {
    CallOptions each = options.each();
    Duration timeout = each.timeout();
    CallOptions ofChunk =
        new CallOptions(
            length == 1
                ? name + " of argument " + index
                : name + " of arguments " + index + " to " + (index + length - 1),
            timeout == null ? null : times(timeout, length),
            each.retries());
    Call<Object[]> call;
    try {
      call = executor.submit(Chunk.job(function, packed, collects), ofChunk);
    } catch (RuntimeException refused) {
      throw noted(refused, index, index + length - 1);
    }
    Part part = new Part(call, index, length);
    inFlight.add(part);
    pending += length;
    boolean keep = !options.ordered();
    call.whenComplete((answer, failure) -> arrivals.arrive(part, keep));
  }

  /** So many times as long; some centuries at most. */
  private static Duration times(Duration timeout, int length) {
    long nanos = TimeUnit.NANOSECONDS.convert(timeout);
    return Duration.ofNanos(nanos > Long.MAX_VALUE / length ? Long.MAX_VALUE : nanos * length);
  }

  private boolean hasArrived() {
    return options.ordered()
        ? !inFlight.isEmpty() && inFlight.getFirst().call.isDone()
        : arrivals.isAny();
  }

  /** Waits for the part whose results are to be given next. */
  private Part arrived() {
    while (true) {
      CompletableFuture<@Nullable Void> signal = arrivals.signal();
      Part next = options.ordered() ? inFlight.getFirst() : arrivals.poll();
      if (next != null && next.call.isDone()) {
        inFlight.remove(next);
        pending -= next.length;
        return next;
      }
      await(signal);
    }
  }

  private void await(CompletableFuture<@Nullable Void> signal) {
    Duration timeout = options.timeout();
    if (timeout != null) {
      // Real time, also in a task: the time of a loop may stand still while calls are under way.
      signal.completeOnTimeout(null, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    Treadle.await(signal);
    requireTime();
  }

  private void requireTime() {
    Duration timeout = options.timeout();
    if (timeout != null && deadline - System.nanoTime() <= 0) {
      throw new CallTimeoutException(name, timeout, taken);
    }
  }

  private void open(Part part, ChunkSize sizing) {
    first = part.first;
    failedTogether = false;
    switch (part.call.state()) {
      case SUCCESS -> {
        Object[] answer = part.call.resultNow();
        results = answer[0];
        count = Array.getLength(results);
        sizing.took((Long) answer[1], count);
      }
      case FAILED -> failed(part, part.call.exceptionNow());
      // Cancelled by the end of the executor: throws.
      default -> part.call.result();
    }
  }

  private void failed(Part part, Throwable failure) {
    noted(failure, part.first, part.first + part.length - 1);
    if (!collects) {
      throw Call.unchecked(failure);
    }
    failedTogether = true;
    Object[] all = new Object[part.length];
    Arrays.fill(all, new StepFailure(failure));
    results = all;
    count = all.length;
  }

  private <X extends Throwable> X noted(X failure, long from, long to) {
    failure.addSuppressed(new FailedArgument(name, from, to));
    return failure;
  }

  /** The map ends with that; the failures of its ending are in it. */
  private RuntimeException ended(Throwable failure) {
    try {
      close();
    } catch (Throwable another) {
      if (another != failure) {
        failure.addSuppressed(another);
      }
    }
    return Call.unchecked(failure);
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    count = 0;
    given = 0;
    // The last first: what waits is not to begin because what runs has made room for it.
    while (!inFlight.isEmpty()) {
      inFlight.removeLast().call.cancel(true);
    }
    ArgumentSource reading = source;
    if (reading != null) {
      try {
        reading.close();
      } catch (RuntimeException failure) {
        throw failure;
      } catch (Exception failure) {
        throw new CompletionException(failure);
      }
    }
  }

  /** Arguments that were submitted together. */
  private static final class Part {
    final Call<Object[]> call;
    final long first;
    final int length;

    Part(Call<Object[]> call, long first, int length) {
      this.call = call;
      this.first = first;
      this.length = length;
    }
  }
}
