package dev.treadle.offload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Does nothing by itself: a test says which call is done when, and how. */
final class HandExecutor implements OffloadExecutor {
  final List<HandCall<?>> calls = new ArrayList<>();
  private final int parallelism;

  HandExecutor(int parallelism) {
    this.parallelism = parallelism;
  }

  @Override
  public <T extends @Nullable Object> Call<T> submit(Job<T> job, CallOptions options) {
    HandCall<T> call = new HandCall<>(job, options);
    calls.add(call);
    return call;
  }

  @Override
  public Call<@Nullable Void> submit(VoidJob job, CallOptions options) {
    throw new UnsupportedOperationException("not for steps without a value");
  }

  List<String> names() {
    return calls.stream().map(Call::name).toList();
  }

  long cancelled() {
    return calls.stream().filter(Call::isCancelled).count();
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public void close() {}

  @Override
  public List<Call<?>> close(Duration grace) {
    return List.of();
  }

  static final class HandCall<T extends @Nullable Object> extends Call<T> {
    final CallOptions options;
    int stops;
    volatile @Nullable Progress progress;
    private final Callable<T> job;

    HandCall(Callable<T> job, CallOptions options) {
      super(StepNames.of(job, options));
      this.job = job;
      this.options = options;
    }

    void run() {
      T value;
      try {
        value = job.call();
      } catch (Throwable failure) {
        fail(failure);
        return;
      }
      succeed(value);
    }

    @Override
    public @Nullable Progress progress() {
      return progress;
    }

    @Override
    void stop() {
      stops++;
    }
  }
}
