package dev.treadle.offload;

import dev.treadle.offload.internal.Codec;
import dev.treadle.offload.internal.Segments;
import dev.treadle.offload.internal.UnsendableException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Does each step at once, in {@code submit}, on the calling thread: for tests and for debugging.
 * What it returns is done. There is nothing to cancel; a time limit is looked at when the step has
 * ended.
 *
 * <pre>{@code
 * var executor = InlineExecutor.sending();      // the code under test could use a ProcessPool
 * assertThat(countPrimes(executor, 100)).isEqualTo(25);
 * }</pre>
 *
 * <p>Any thread.
 */
public final class InlineExecutor implements OffloadExecutor {
  private final boolean sends;
  private volatile boolean closed;

  /** One that takes every step. */
  public InlineExecutor() {
    this(false);
  }

  private InlineExecutor(boolean sends) {
    this.sends = sends;
  }

  /**
   * One that looks whether the step, and then its result, could be sent to a worker process, and
   * refuses the step, or fails the call, with {@link NotSendableException}. It sends nothing: the
   * step still gets the captured objects themselves.
   */
  public static InlineExecutor sending() {
    return new InlineExecutor(true);
  }

  @Override
  public <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options) {
    Objects.requireNonNull(job, "job");
    return run(job, job, options);
  }

  @Override
  public Call<@Nullable Void> submit(VoidJob job, CallOptions options) {
    Objects.requireNonNull(job, "job");
    return run(
        job,
        () -> {
          job.run();
          return null;
        },
        options);
  }

  private <T extends @Nullable Object> Call<T> run(
      Object named, Callable<T> step, CallOptions options) {
    InlineCall<T> call = new InlineCall<>(StepNames.of(named, options));
    if (closed) {
      throw new RejectedExecutionException(
          "submit() to a closed pool: pool=inline call=" + call.name() + "; submit before close()");
    }
    if (sends) {
      requireSendable(() -> Codec.encodeCall(named, Segments.none(), false));
    }
    call.run(sends ? () -> sendable(step.call()) : step, options.timeout());
    return call;
  }

  private static <T extends @Nullable Object> T sendable(T result) {
    requireSendable(() -> Codec.encode(result, Segments.none()));
    return result;
  }

  private static void requireSendable(Runnable encoding) {
    try {
      encoding.run();
    } catch (UnsendableException refused) {
      throw new NotSendableException(String.valueOf(refused.getMessage()));
    }
  }

  @Override
  public int parallelism() {
    return 1;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public List<Call<?>> close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    close();
    return List.of();
  }

  private static final class InlineCall<T extends @Nullable Object> extends Call<T>
      implements Progress.Reporter {
    private volatile @Nullable Progress progress;

    InlineCall(String name) {
      super(name);
    }

    void run(Callable<T> step, @Nullable Duration timeout) {
      Progress.Reporter before = Progress.exchange(this);
      long began = System.nanoTime();
      try {
        T value = step.call();
        if (timeout != null && timeout.compareTo(Duration.ofNanos(System.nanoTime() - began)) < 0) {
          fail(new CallTimeoutException(name(), timeout));
        } else {
          succeed(value);
        }
      } catch (Throwable failure) {
        fail(failure);
      } finally {
        Progress.exchange(before);
      }
    }

    @Override
    public void progressed(Progress now) {
      progress = now;
    }

    @Override
    public @Nullable Progress progress() {
      return progress;
    }

    @Override
    void stop() {}
  }
}
