package dev.treadle;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one of several computations ended, where a failure of one is not that of all: what {@link
 * Treadle#gatherResults} and {@link Concurrently#mapResults} collect. The value of asyncio's {@code
 * return_exceptions=True}, in a type that says which it is.
 *
 * <pre>{@code
 * for (Result<Page> result : gatherResults(fetches)) {
 *   switch (result) {
 *     case Result.Success(Page page) -> show(page);
 *     case Result.Failure(Throwable failure) -> log(failure);
 *   }
 * }
 * }</pre>
 *
 * <p>Immutable. Any thread.
 *
 * @param <T> the value's type
 */
public sealed interface Result<T extends @Nullable Object> {
  /**
   * The value.
   *
   * @throws RuntimeException the failure: as itself when unchecked, as the cause of a {@link
   *     java.util.concurrent.CompletionException} when checked
   */
  T get();

  /** Whether there is a value. */
  boolean isSuccess();

  /** It ended with a value. */
  record Success<T extends @Nullable Object>(T value) implements Result<T> {
    @Override
    public T get() {
      return value;
    }

    @Override
    public boolean isSuccess() {
      return true;
    }
  }

  /**
   * It failed, or was cancelled by itself: then the failure is a {@link
   * java.util.concurrent.CancellationException}.
   */
  record Failure<T extends @Nullable Object>(Throwable failure) implements Result<T> {
    /** A failure. */
    public Failure {
      Objects.requireNonNull(failure, "failure");
    }

    @Override
    public T get() {
      throw Outcome.unchecked(failure);
    }

    @Override
    public boolean isSuccess() {
      return false;
    }
  }
}
